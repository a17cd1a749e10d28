/* What this build is; written by CMake (cmake/build.c.in). */
#ifndef FL_RECORD_BUILD_H
#define FL_RECORD_BUILD_H

extern const char fl_record_build_version[]; /* "0.1.0" */
extern const char fl_record_build_commit[]; /* abbreviated, "+" after it when files differ from it; "" outside of git */
extern const char
    fl_record_build_sources[]; /* 12 hex digits over core/ and the build's options: "+" is not enough to tell */
extern const char fl_record_build_compiler[]; /* "GNU 12.2.0" */
extern const char fl_record_build_flags[];

#endif
