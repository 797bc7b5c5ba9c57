# What every target of the project is compiled with: `gradus_options`, linked privately.
add_library(gradus_options INTERFACE)
target_compile_features(gradus_options INTERFACE cxx_std_20)
# g++ 12 raises them over its own std::string and std::vector, once these are inlined; the last over a class in one of several
# sources that are compiled at once, which it takes for a header.
set(gnu_false_alarms -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds
                     -Wno-subobject-linkage)
# Of shadows only those within a function count, which clang cannot tell from names that another source of a batch has.
target_compile_options(gradus_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion
                       $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local;${gnu_false_alarms}>
                       $<$<BOOL:${GRADUS_WERROR}>:-Werror>)
# Fused multiply-adds appear only where the code asks for them, so that results do not depend on inlining.
target_compile_options(gradus_options INTERFACE -ffp-contract=off)
# Nothing reads errno or the floating-point exception flags, which would keep loops from being vectorised. NaN and
# infinities keep their meaning.
target_compile_options(gradus_options INTERFACE -fno-math-errno -fno-trapping-math)

if(GRADUS_SANITIZE)
  # Compiling is what such a run spends its time on: line numbers are all the debug information that a report needs.
  add_compile_options(-fsanitize=${GRADUS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${GRADUS_SANITIZE})
  if(GRADUS_SANITIZE MATCHES "address")
    add_link_options(-no-pie)  # a thousand test processes need not relocate 150 MB each
  endif()
  target_compile_definitions(gradus_options INTERFACE GRADUS_SANITIZE)
  if(GRADUS_SANITIZE STREQUAL "thread")
    target_compile_definitions(gradus_options INTERFACE GRADUS_SANITIZE_THREAD)
  endif()
endif()
