# Builds and runs the consumer in WORK, from nothing. WAY: installed (GRADUS_BINARY is installed into WORK first) or
# subfolder (GRADUS_SOURCE is built within the consumer).
function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${WORK})
if(WAY STREQUAL "installed")
  run(${CMAKE_COMMAND} --install ${GRADUS_BINARY} --prefix ${WORK}/prefix)
  set(where -D CMAKE_PREFIX_PATH=${WORK}/prefix)
else()
  set(ENV{GRADUS_BINARY} ${GRADUS_BINARY})
  set(where -D GRADUS_SUBFOLDER=${GRADUS_SOURCE} -D CMAKE_CXX_COMPILER_LAUNCHER=${SOURCE}/reuse_objects.sh
            -D CMAKE_UNITY_BUILD=${UNITY} -D CMAKE_UNITY_BUILD_BATCH_SIZE=${BATCH_SIZE})
endif()
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${COMPILER} ${where})
run(${CMAKE_COMMAND} --build ${WORK}/build --parallel 2)
run(${WORK}/build/consumer)
run(${WORK}/build/consumer_onnx ${WORK}/net.onnx)
run(${CMAKE_CTEST_COMMAND} --test-dir ${WORK}/build --output-on-failure --no-tests=error)

# Without CMake: what pkg-config says is enough.
find_program(PKG_CONFIG pkg-config)
if(WAY STREQUAL "installed" AND PKG_CONFIG)
  file(GLOB_RECURSE package ${WORK}/prefix/gradus-onnx.pc)
  cmake_path(GET package PARENT_PATH folder)
  set(ENV{PKG_CONFIG_PATH} ${folder})
  execute_process(COMMAND ${PKG_CONFIG} --cflags --libs gradus-onnx OUTPUT_VARIABLE flags COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(flags UNIX_COMMAND "${flags}")
  run(${COMPILER} ${SOURCE}/onnx.cpp -o ${WORK}/by_pkg_config ${flags})
  run(${WORK}/by_pkg_config ${WORK}/net.onnx)
endif()
