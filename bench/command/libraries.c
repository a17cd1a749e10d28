/* What is missing is a value with its reason, so that nobody has to find out by trying. */
#include "command/libraries.h"
#include "base/file.h"
#include "dataset/dataset.h"
#include "export/export.h"
#include "math/eigen.h"
#include "say/places.h"
#include "wire/launch.h"

json_t *libraries_found(void)
{
    char module[FL_FILE_PATH_MAX], mpi[200];
    fl_error why;
    places_mpi_module(module);
    fl_wire_launch_describe(module, mpi);
    const char *arpack = fl_math_eigen_usable(&why) ? "ARPACK, LAPACK" : why.text;
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "sqlite", export_sqlite_library(), "mpi", mpi, "archive",
                     fl_dataset_archive_library(), "png", fl_dataset_picture_library(), "curl",
                     fl_dataset_fetch_library(), "arpack", arpack);
}
