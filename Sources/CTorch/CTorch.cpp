extern "C" int ctorch_placeholder(void) { return 0; }
