int ctorch_abi_placeholder(void) { return 0; }
