# gradus_add_gradcheck(NAME SOURCES file... [LINK library...] [TRIALS n])
# A program that checks the derivatives of the cases in the sources (see <gradus/nn/gradcheck/case.hpp>), and for each
# case an entry NAME/case in CTest.
function(gradus_add_gradcheck name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TRIALS" "SOURCES;LINK")
  if(NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "usage: gradus_add_gradcheck(NAME SOURCES file... [LINK library...] [TRIALS n])")
  endif()
  if(NOT arg_TRIALS)
    set(arg_TRIALS 10)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE gradus::gradcheck_main ${arg_LINK})

  # The cases are known once the program is built; ctest reads them from a file that the build writes.
  set(cases ${CMAKE_CURRENT_BINARY_DIR}/${name}_cases.cmake)
  set(entry ${CMAKE_CURRENT_BINARY_DIR}/${name}_include.cmake)
  add_custom_command(TARGET ${name} POST_BUILD BYPRODUCTS ${cases} VERBATIM
                     COMMAND ${CMAKE_COMMAND} -D PROGRAM=$<TARGET_FILE:${name}> -D NAME=${name} -D TRIALS=${arg_TRIALS}
                             -D OUT=${cases} -P ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/GradusGradcheckList.cmake)
  file(WRITE ${entry} "if(EXISTS \"${cases}\")\n  include(\"${cases}\")\nelse()\n  add_test(${name}_NOT_BUILT ${name}_NOT_BUILT)\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${entry})
endfunction()
