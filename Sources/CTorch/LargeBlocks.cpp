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

  // oneDNN's temporary tensors come back as bare pointers, large and small: hence `mappings`.
  c10::DeleterFnPtr raw_deleter() const override { return &LargeBlocks::release; }
  void copy_data(void *target, const void *source, size_t bytes) const override { default_copy_data(target, source, bytes); }

  // Tensors may outlive everything else: it is never taken away.
  static LargeBlocks &shared() {
    static LargeBlocks *blocks = new LargeBlocks(c10::GetDefaultCPUAllocator());
    return *blocks;
  }

private:
  c10::Allocator *others;
  std::mutex lock;
  std::unordered_map<void *, std::pair<void *, size_t>> mappings;

  explicit LargeBlocks(c10::Allocator *others) : others(others) {}

  static void release(void *data) {
    LargeBlocks &blocks = shared();
    std::pair<void *, size_t> mapping{nullptr, 0};
    {
      const std::lock_guard<std::mutex> guard(blocks.lock);
      const auto found = blocks.mappings.find(data);
      if (found != blocks.mappings.end()) {
        mapping = found->second;
        blocks.mappings.erase(found);
      }
    }
    if (mapping.first) munmap(mapping.first, mapping.second);
    else blocks.others->raw_deallocate(data);
  }
};

} // namespace

void install_large_blocks() { c10::SetCPUAllocator(&LargeBlocks::shared(), 1); }

} // namespace ctorch
