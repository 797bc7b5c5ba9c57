# `cmake --install` puts the libraries, the headers, the sample of MNIST and what find_package(gradus) and pkg-config read.
option(GRADUS_INSTALL "Install the libraries and headers" ${PROJECT_IS_TOP_LEVEL})
if(NOT GRADUS_INSTALL)
  return()
endif()
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/gradus)

install(TARGETS gradus_autograd gradus_nn gradus_optim gradus_data gradus_training gradus_gradcheck_main gradus_onnx gradus EXPORT gradus)
install(EXPORT gradus FILE gradusTargets.cmake NAMESPACE gradus:: DESTINATION ${package_folder})

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/gradusConfig.cmake.in ${PROJECT_BINARY_DIR}/gradusConfig.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/gradusConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/gradusConfig.cmake ${PROJECT_BINARY_DIR}/gradusConfigVersion.cmake
              ${PROJECT_SOURCE_DIR}/cmake/GradusGradcheck.cmake ${PROJECT_SOURCE_DIR}/cmake/GradusGradcheckList.cmake
        DESTINATION ${package_folder})

cmake_path(GET XSMM_LIBRARY PARENT_PATH GRADUS_XSMM_FOLDER)
file(RELATIVE_PATH GRADUS_PC_TO_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)  # so that the folder may be moved
foreach(package gradus gradus-onnx)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/${package}.pc.in ${PROJECT_BINARY_DIR}/${package}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${package}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

set(header_folder ${CMAKE_INSTALL_INCLUDEDIR}/gradus)
foreach(part autograd nn optim data training onnx)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${part} DESTINATION ${header_folder} FILES_MATCHING PATTERN *.hpp
          PATTERN sample EXCLUDE)
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/gradus.hpp DESTINATION ${header_folder})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/data/sample/ DESTINATION ${CMAKE_INSTALL_DATADIR}/gradus/sample)
