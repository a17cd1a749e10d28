/* The fairlead command has no study of its own. */
#include "command/builtin.h"

#include <stddef.h>

const char *const builtin_study = NULL;
const char *const builtin_text = NULL;
