# The libraries Fairlead stands on; setup installs their Debian packages. OpenBLAS and oneDNN may be absent: their
# backend then stays listed and says why it cannot be used.
find_package(PkgConfig REQUIRED)
pkg_check_modules(jansson REQUIRED IMPORTED_TARGET jansson>=2.14)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(crypto REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(curl REQUIRED libcurl) # its header; the library is loaded by who fetches (core/dataset/fetch.c)
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(hwloc REQUIRED IMPORTED_TARGET hwloc)
find_path(sleef_include sleef.h REQUIRED)
find_library(sleef_library sleef REQUIRED)
find_path(random123_include Random123/philox.h REQUIRED)

set(fairlead_public_libraries PkgConfig::jansson)
set(fairlead_private_libraries PkgConfig::xxhash PkgConfig::crypto PkgConfig::zlib PkgConfig::hwloc
    ${sleef_library} m ${CMAKE_DL_LIBS})
set(fairlead_definitions "")
set(fairlead_absent "")

# Of the programs alone, for `export --to sqlite`; without it the format says why it is missing.
pkg_check_modules(sqlite3 IMPORTED_TARGET sqlite3>=3.30)

# Of data sets: archives (CIFAR) and pictures (PNG). Without them their readers stay and say why they cannot be used.
foreach(library archive png)
  pkg_check_modules(${library} IMPORTED_TARGET lib${library})
  if(${library}_FOUND)
    list(APPEND fairlead_private_libraries PkgConfig::${library})
    string(TOUPPER ${library} name)
    list(APPEND fairlead_definitions FL_HAVE_${name}=1)
    string(APPEND fairlead_optional_modules " lib${library}")
  endif()
endforeach()

if(FAIRLEAD_MPI)
  find_package(MPI REQUIRED COMPONENTS C)
endif()

# The pthread flavour by its own folder: the alternatives system may point libopenblas.so at another one.
find_library(openblas_library openblas HINTS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/openblas-pthread NO_DEFAULT_PATH)
if(NOT openblas_library)
  find_library(openblas_library openblas)
endif()
find_path(openblas_include cblas.h HINTS /usr/include/${CMAKE_LIBRARY_ARCHITECTURE}/openblas-pthread)
if(openblas_library AND openblas_include)
  list(APPEND fairlead_private_libraries ${openblas_library})
  list(APPEND fairlead_definitions FL_HAVE_OPENBLAS=1)
  string(APPEND fairlead_backend_libraries " -lopenblas")
  include_directories(SYSTEM ${openblas_include})
  include(CheckLibraryExists) # its own LAPACK, which rules that look at matrices need
  check_library_exists(${openblas_library} dsyevd_ "" openblas_lapack)
  if(openblas_lapack)
    list(APPEND fairlead_definitions FL_HAVE_LAPACK=1)
    pkg_check_modules(arpack IMPORTED_TARGET arpack) # extreme eigenvalues, for `fairlead curvature`
    if(arpack_FOUND)
      list(APPEND fairlead_private_libraries PkgConfig::arpack)
      list(APPEND fairlead_definitions FL_HAVE_ARPACK=1)
      string(APPEND fairlead_optional_modules " arpack")
    endif()
  endif()
else()
  list(APPEND fairlead_absent openblas)
endif()

find_library(dnnl_library dnnl)
find_path(dnnl_include dnnl.h)
if(dnnl_library AND dnnl_include)
  list(APPEND fairlead_private_libraries ${dnnl_library})
  list(APPEND fairlead_definitions FL_HAVE_ONEDNN=1)
  string(APPEND fairlead_backend_libraries " -ldnnl")
else()
  list(APPEND fairlead_absent onednn)
endif()
