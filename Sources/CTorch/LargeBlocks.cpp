// Memory of large tensors on the CPU: mapped by themselves, in huge pages where the system has them, and given back when they are freed. The
// general allocator would serve them from between smaller blocks, which then take new memory, and a process would grow for hundreds of steps. From
// 4 MiB on a step would take up to a quarter less memory and a tenth more time.
#include "LargeBlocks.h"

#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>

#include <mutex>
#include <sys/mman.h>
#include <unordered_map>

namespace ctorch {
namespace {

constexpr size_t least = size_t(32) << 20;
constexpr size_t huge_page = size_t(2) << 20;

class LargeBlocks final : public c10::Allocator {
public:
  explicit LargeBlocks(c10::Allocator *others) : others(others) {}

  c10::DataPtr allocate(size_t bytes) override {
    if (bytes < least) return others->allocate(bytes);
    // Room to begin at a huge page.
    const size_t length = bytes + huge_page;
    void *mapping = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    TORCH_CHECK(mapping != MAP_FAILED, "can't allocate memory: you tried to allocate ", bytes, " bytes.");
    void *data = reinterpret_cast<void *>((reinterpret_cast<uintptr_t>(mapping) + huge_page - 1) & ~uintptr_t(huge_page - 1));
    madvise(data, bytes, MADV_HUGEPAGE);
    const std::lock_guard<std::mutex> guard(lock);
    mappings.emplace(data, std::make_pair(mapping, length));
    return {data, data, &LargeBlocks::release, c10::Device(c10::kCPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &LargeBlocks::release; }
  void copy_data(void *target, const void *source, size_t bytes) const override { default_copy_data(target, source, bytes); }

  static void install();

private:
  c10::Allocator *others;
  std::mutex lock;
  std::unordered_map<void *, std::pair<void *, size_t>> mappings;
  static LargeBlocks *installed;

  static void release(void *data) {
    std::pair<void *, size_t> mapping{nullptr, 0};
    {
      const std::lock_guard<std::mutex> guard(installed->lock);
      const auto found = installed->mappings.find(data);
      if (found != installed->mappings.end()) {
        mapping = found->second;
        installed->mappings.erase(found);
      }
    }
    if (mapping.first) munmap(mapping.first, mapping.second);
    else installed->others->raw_deallocate(data);
  }
};

LargeBlocks *LargeBlocks::installed = nullptr;

void LargeBlocks::install() {
  // Tensors may outlive everything else: it is never taken away.
  installed = new LargeBlocks(c10::GetDefaultCPUAllocator());
  c10::SetCPUAllocator(installed, 1);
}

} // namespace

void install_large_blocks() { LargeBlocks::install(); }

} // namespace ctorch
