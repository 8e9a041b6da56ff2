extern "C" int citk_placeholder(void) { return 0; }
