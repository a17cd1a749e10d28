#include "verbs.h"
int verb_export(int argc, char **argv) { return 0; }
