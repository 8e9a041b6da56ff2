#pragma once
int ctorch_abi_placeholder(void);
