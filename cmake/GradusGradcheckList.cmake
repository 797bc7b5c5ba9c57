# Writes the CTest entries of a program of gradient checks: cmake -D PROGRAM= -D NAME= -D TRIALS= -D OUT= -P ...
execute_process(COMMAND ${PROGRAM} --list OUTPUT_VARIABLE cases OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" cases "${cases}")
set(text "")
foreach(case ${cases})
  string(APPEND text "add_test([==[${NAME}/${case}]==] [==[${PROGRAM}]==] --trials ${TRIALS} [==[${case}]==])\n")
endforeach()
file(WRITE ${OUT} "${text}")
