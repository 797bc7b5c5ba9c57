# The libraries and the headers they share. Headers are spelled <gradus/autograd/tensor.hpp> in the tree too:
# build/<preset>/include/gradus holds links to the source folders.
find_package(TBB REQUIRED)
find_package(fmt REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS graph program_options)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PNG REQUIRED)
find_path(ZIP_INCLUDE_DIR zip.h REQUIRED)
find_library(ZIP_LIBRARY zip REQUIRED)
find_path(TURBOJPEG_INCLUDE_DIR turbojpeg.h REQUIRED)
find_library(TURBOJPEG_LIBRARY turbojpeg REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_path(XSMM_INCLUDE_DIR libxsmm.h REQUIRED)
find_library(XSMM_LIBRARY xsmm REQUIRED)
find_library(XSMM_NOBLAS_LIBRARY xsmmnoblas REQUIRED)  # stands in for the BLAS it would fall back to
find_path(ONNX_INCLUDE_DIR onnx/onnx_pb.h REQUIRED)
find_library(ONNX_PROTO_LIBRARY onnx_proto REQUIRED)
find_package(Protobuf REQUIRED)
find_package(nlohmann_json 3 REQUIRED)
find_path(RANDOM123_INCLUDE_DIR Random123/philox.h REQUIRED)

set(GRADUS_INCLUDE_ROOT ${CMAKE_CURRENT_BINARY_DIR}/include)
file(MAKE_DIRECTORY ${GRADUS_INCLUDE_ROOT}/gradus)
foreach(part autograd nn optim data training onnx gradus.hpp)
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${part} ${GRADUS_INCLUDE_ROOT}/gradus/${part} SYMBOLIC)
endforeach()

function(gradus_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINK;READ_ONCE")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/gradcheck/main\\.cpp$")  # has a main(): a library of its own, below
  add_library(gradus_${name} STATIC ${sources})
  add_library(gradus::${name} ALIAS gradus_${name})
  set_target_properties(gradus_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_compile_features(gradus_${name} PUBLIC cxx_std_20)
  target_include_directories(gradus_${name} PUBLIC $<BUILD_INTERFACE:${GRADUS_INCLUDE_ROOT}>
                             $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(gradus_${name} PUBLIC ${arg_LINK} PRIVATE $<BUILD_INTERFACE:gradus_options>)
  if(NOT GRADUS_SANITIZE)
    # A program then holds the functions that it calls, and not the others of a source, or of eight that are one.
    target_compile_options(gradus_${name} PRIVATE -ffunction-sections -fdata-sections)
    target_link_options(gradus_${name} INTERFACE $<$<PLATFORM_ID:Linux>:LINKER:--gc-sections>)
  endif()
  if(GRADUS_PRECOMPILE)
    target_precompile_headers(gradus_${name} PRIVATE <algorithm> <cmath> <functional> <memory> <optional> <ranges> <span>
                              <string> <unordered_map> <vector> <fmt/format.h> ${arg_READ_ONCE})
  endif()
  file(GLOB_RECURSE kernels CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/kernels/*.cpp)
  set_source_files_properties(${kernels} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)  # long enough by themselves
  if(GRADUS_SANITIZE)
    # Loops over elements must stay bearable; clang wants the same level in a source and its precompiled header.
    list(FILTER kernels EXCLUDE REGEX "/linalg_")  # Eigen's take long to compile, and their matrices are small
    list(APPEND kernels ${CMAKE_CURRENT_SOURCE_DIR}/${name}/random.cpp)
    set_source_files_properties(${kernels} PROPERTIES COMPILE_OPTIONS -O1 SKIP_PRECOMPILE_HEADERS ON)
  endif()
endfunction()

gradus_library(autograd READ_ONCE <gradus/autograd/tape.hpp>
               LINK fmt::fmt Boost::graph TBB::tbb TBB::tbbmalloc Threads::Threads)
target_include_directories(gradus_autograd SYSTEM PRIVATE ${XSMM_INCLUDE_DIR} ${RANDOM123_INCLUDE_DIR})
target_link_libraries(gradus_autograd PRIVATE $<BUILD_INTERFACE:Eigen3::Eigen>
                      ${XSMM_LIBRARY} ${XSMM_NOBLAS_LIBRARY} ${CMAKE_DL_LIBS})
gradus_library(nn READ_ONCE <gradus/autograd/ops.hpp> LINK gradus_autograd)
gradus_library(optim READ_ONCE <gradus/autograd/ops.hpp> LINK gradus_autograd)
gradus_library(data READ_ONCE <gradus/autograd/ops.hpp> LINK gradus_autograd ZLIB::ZLIB PNG::PNG)
target_include_directories(gradus_data SYSTEM PRIVATE ${TURBOJPEG_INCLUDE_DIR} ${ZIP_INCLUDE_DIR})
target_link_libraries(gradus_data PRIVATE $<BUILD_INTERFACE:nlohmann_json::nlohmann_json> ${TURBOJPEG_LIBRARY} ${ZIP_LIBRARY})
target_compile_definitions(gradus_data PRIVATE GRADUS_SAMPLE_SOURCE="${CMAKE_CURRENT_SOURCE_DIR}/data/sample"
                           GRADUS_SAMPLE_INSTALLED="${CMAKE_INSTALL_FULL_DATADIR}/gradus/sample")
gradus_library(training READ_ONCE <gradus/autograd/ops.hpp> LINK gradus_nn gradus_optim gradus_data)
target_link_libraries(gradus_training PRIVATE protobuf::libprotobuf $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>)
# Nothing in it or in the export is repeated often enough for more.
set(seldom_run $<$<CONFIG:Release>:-O1>)
target_compile_options(gradus_training PRIVATE ${seldom_run})
set(messages ${CMAKE_CURRENT_BINARY_DIR}/messages)
file(MAKE_DIRECTORY ${messages})
add_custom_command(OUTPUT ${messages}/tensorboard.pb.cc ${messages}/tensorboard.pb.h
                   COMMAND protobuf::protoc --cpp_out=${messages} -I ${CMAKE_CURRENT_SOURCE_DIR}/training tensorboard.proto
                   DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/training/tensorboard.proto)
target_sources(gradus_training PRIVATE ${messages}/tensorboard.pb.cc)
set_source_files_properties(${messages}/tensorboard.pb.cc PROPERTIES COMPILE_OPTIONS -w SKIP_PRECOMPILE_HEADERS ON)
target_include_directories(gradus_training SYSTEM PRIVATE $<BUILD_INTERFACE:${messages}>)

add_library(gradus INTERFACE)
add_library(gradus::gradus ALIAS gradus)
target_link_libraries(gradus INTERFACE gradus_autograd gradus_nn gradus_optim gradus_data gradus_training)

# Not part of gradus::gradus: who does not export models need not have ONNX.
gradus_library(onnx LINK gradus_nn gradus_data)
target_include_directories(gradus_onnx SYSTEM PRIVATE ${ONNX_INCLUDE_DIR})
target_compile_definitions(gradus_onnx PRIVATE ONNX_NAMESPACE=onnx ONNX_ML=1)
target_compile_options(gradus_onnx PRIVATE ${seldom_run})
target_link_libraries(gradus_onnx PRIVATE ${ONNX_PROTO_LIBRARY} protobuf::libprotobuf)

# With cases for it (cmake/GradusGradcheck.cmake) a program that checks derivatives.
add_library(gradus_gradcheck_main STATIC ${CMAKE_CURRENT_SOURCE_DIR}/nn/gradcheck/main.cpp)
add_library(gradus::gradcheck_main ALIAS gradus_gradcheck_main)
set_target_properties(gradus_gradcheck_main PROPERTIES EXPORT_NAME gradcheck_main POSITION_INDEPENDENT_CODE ON)
target_link_libraries(gradus_gradcheck_main PUBLIC gradus PRIVATE Boost::program_options $<BUILD_INTERFACE:gradus_options>)
