# Writes autograd/member_bindings.hpp: cmake -P cmake/member_bindings.cmake
# C++20 cannot introduce a pack by a structured binding, so each number of members needs a line of its own.
set(max_members 64)
set(names_per_line 26)

set(text [[
#pragma once
// Written by cmake/member_bindings.cmake; change that.
#include <cstddef>

namespace gradus::detail {

inline constexpr std::size_t max_members = @max_members@;

/// `MemberBindings<N>::apply(value, f)` is `f(first, ..., last)` with the N members of an aggregate.
template <std::size_t N>
struct MemberBindings;

// clang-format off
template <> struct MemberBindings<0> { static constexpr decltype(auto) apply(auto&, auto&& f) { return f(); } };
]])
string(CONFIGURE "${text}" text @ONLY)

set(letters a b c d e f g h i j)
set(names "a0")
foreach(count RANGE 1 ${max_members})
  math(EXPR last "${count} - 1")
  if(last GREATER 0)
    math(EXPR letter "${last} / 10")
    math(EXPR digit "${last} % 10")
    math(EXPR column "${last} % ${names_per_line}")
    list(GET letters ${letter} letter)
    set(separator " ")
    if(column EQUAL 0)
      set(separator "\n    ")
    endif()
    string(APPEND names ",${separator}${letter}${digit}")
  endif()
  set(next_line " ")
  if(count GREATER 10)
    set(next_line "\n  ")
  endif()
  string(APPEND text
    "template <> struct MemberBindings<${count}> { static constexpr decltype(auto) apply(auto& v, auto&& f) {\n"
    "  auto& [${names}] = v;${next_line}return f(${names}); } };\n")
endforeach()
string(APPEND text "// clang-format on\n\n}  // namespace gradus::detail\n")
file(WRITE ${CMAKE_CURRENT_LIST_DIR}/../autograd/member_bindings.hpp "${text}")
