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
  set(where -D GRADUS_SUBFOLDER=${GRADUS_SOURCE} -D CMAKE_CXX_COMPILER_LAUNCHER=${SOURCE}/reuse_objects.sh)
endif()
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${COMPILER} ${where})
run(${CMAKE_COMMAND} --build ${WORK}/build --parallel 2)
run(${WORK}/build/consumer)
run(${CMAKE_CTEST_COMMAND} --test-dir ${WORK}/build --output-on-failure --no-tests=error)
