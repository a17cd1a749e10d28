/* Was this process launched with others, by mpirun or srun? Then it joins them through the MPI module. */
#ifndef FL_WIRE_LAUNCH_H
#define FL_WIRE_LAUNCH_H

#include "base/error.h"
#include "wire/wire.h"

/* *wire is NULL where this process is alone. `module` is the path of the MPI module. False with a message: there are
 * others, but they cannot be joined. The message is empty where another process says the same. */
bool fl_wire_launch(const char *module, fl_wire **wire, fl_error *error);

/* Was it, as far as its variables say? With how many, itself among them; 1: alone. */
bool fl_wire_launched(void);
int fl_wire_launch_size(void);

/* Is it the one that says what all have to say, the first of its command line (mpirun A : B has two)? Is it the first
 * on its machine, of those who say what differs between machines? True where it is alone. */
bool fl_wire_launch_is_first(void);
bool fl_wire_launch_is_first_here(void);

/* How many processes of the launch run on this machine, as far as its variables say; 1 where they do not. */
int fl_wire_launch_neighbours(void);

/* Is this a variable by which a launcher speaks to the processes it starts? Those they start have no use for it, and
 * may take it for their own. */
bool fl_wire_launch_variable(const char *setting);

/* The library of the module, or why there is none, in words. */
void fl_wire_launch_describe(const char *module, char text[200]);

#endif
