#pragma once
int citk_placeholder(void);
