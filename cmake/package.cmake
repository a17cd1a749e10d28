# `cmake --workflow --preset package` makes the Debian packages fairlead and libfairlead-dev, `cpack --config
# CPackSourceConfig.cmake` in its folder a tarball.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "${fairlead_contact}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "fair comparisons of deep-learning optimizers")
set(CPACK_COMPONENTS_ALL fairlead libfairlead-dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_FAIRLEAD_PACKAGE_DEPENDS "libopenblas0-pthread, libcurl4") # the second is loaded, not linked
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FAIRLEAD_PACKAGE_NAME fairlead)
set(CPACK_DEBIAN_FAIRLEAD_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/cmake/triggers)
set(CPACK_DEBIAN_FAIRLEAD_PACKAGE_RECOMMENDS "gnuplot-nox, fonts-dejavu-core")
set(CPACK_DEBIAN_FAIRLEAD_PACKAGE_SUGGESTS "man-db, bash-completion, libfairlead-dev")
set(CPACK_COMPONENT_FAIRLEAD_DESCRIPTION "Runs fair searches over the hyperparameters of optimizers, epsilon included,
writes down every trial so that it can be run again to the bit, draws figures,
and says what may be claimed.")
set(CPACK_DEBIAN_LIBFAIRLEAD-DEV_PACKAGE_NAME libfairlead-dev)
set(CPACK_DEBIAN_LIBFAIRLEAD-DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_LIBFAIRLEAD-DEV_PACKAGE_DEPENDS "fairlead (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_LIBFAIRLEAD-DEV_PACKAGE_SUGGESTS "gcc, pkg-config")
set(CPACK_COMPONENT_LIBFAIRLEAD-DEV_DESCRIPTION "The header, the link and the examples of Fairlead as a library, and the header
of plug-ins with update rules of one's own.")
set(CPACK_SOURCE_GENERATOR TXZ)
set(CPACK_SOURCE_PACKAGE_FILE_NAME fairlead-${PROJECT_VERSION})
set(CPACK_SOURCE_IGNORE_FILES /[.]git/ "^${PROJECT_BINARY_DIR}/")
include(CPack)
