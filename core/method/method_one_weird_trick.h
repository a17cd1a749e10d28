/* Places in the table of method `one_weird_trick`, for whoever carries it out (core/train/method_one_weird_trick.c). */
#ifndef FL_METHOD_METHOD_ONE_WEIRD_TRICK_H
#define FL_METHOD_METHOD_ONE_WEIRD_TRICK_H

enum { FL_METHOD_SCHEME };
enum { FL_METHOD_SCHEME_A, FL_METHOD_SCHEME_B };

#endif
