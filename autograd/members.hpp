#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <gradus/autograd/member_bindings.hpp>
#include <gradus/autograd/member_count.hpp>

// The members of a plain struct and their names, without macros or registration.
namespace gradus {

namespace detail {

template <class T>
concept TupleLike = requires {
  std::tuple_size<T>::value;
};

/// Storage of static duration in which no T is ever made: only the addresses of its members are used. It is
/// defined, not just declared, because compilers complain about undefined objects of local types and types of
/// unnamed namespaces.
template <class T>
union Unmade {
  char none;
  T value;
  constexpr Unmade() : none() {}
  constexpr ~Unmade() {}
};
template <class T>
inline constinit Unmade<T> unmade{};

/// clang 14 takes the address of a member as a template argument only inside a class.
template <class Member>
struct Address {
  Member* pointer;
};
template <class Member>
Address(Member*) -> Address<Member>;

/// The compiler's description of `Where`. It ends in the member's name, brackets aside:
/// `[with auto Where = ...{(& ... Net::hidden)}]` from g++, `[Where = {&unmade.value.hidden}]` from clang.
template <auto Where>
consteval auto describe() {
  return std::string_view{__PRETTY_FUNCTION__};
}

consteval bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;  // UTF-8
}

consteval std::string_view last_name(std::string_view text) {
  while (!is_name_character(text.back())) text.remove_suffix(1);
  std::size_t begin = text.size();
  while (is_name_character(text[begin - 1])) --begin;
  return text.substr(begin);
}

}  // namespace detail

/// A struct whose members can be listed: an aggregate, not a union, array or std::array, whose base classes,
/// if any, are empty.
template <class T>
concept Reflectable =
    std::is_class_v<T> && std::is_aggregate_v<T> && !detail::TupleLike<std::remove_cv_t<T>> &&
    !detail::has_base_with_fields<std::remove_cv_t<T>>();

/// Number of members of T, at most 64; an array is one member. Members that are references or bit-fields are
/// not supported.
template <Reflectable T>
consteval std::size_t member_count() {
  using Value = std::remove_cv_t<T>;
  static_assert(
      detail::initialisers<Value> != detail::nothing_fits,
      "the members of this struct cannot be listed: one of them is a reference or cannot be initialised");
  static_assert(
      detail::initialisers<Value> != detail::max_initialisers,
      "the members of this struct cannot be listed: there are too many; make large C arrays std::array");
  if constexpr (detail::initialisers<Value> < detail::max_initialisers) {
    constexpr std::size_t count = detail::count_members<Value, detail::count_empty_bases<Value>()>();
    static_assert(
        count <= detail::max_members,
        "the members of this struct cannot be listed: there are more than 64; group some in a struct");
    static_assert(count != 0 || std::is_empty_v<Value>,
                  "the members of this struct cannot be listed: one of them cannot be initialised");
    return count <= detail::max_members ? count : 0;
  } else {
    return 0;
  }
}

namespace detail {

template <class T>
inline constexpr auto addresses = MemberBindings<member_count<T>()>::apply(
    unmade<T>.value, [](auto&... members) { return std::tuple{Address{std::addressof(members)}...}; });

}  // namespace detail

/// Name of the member of T at `Index`, in order of declaration, as written in the source.
template <Reflectable T, std::size_t Index>
consteval std::string_view member_name() {
  static_assert(Index < member_count<T>(), "the struct has no member of this index");
  return detail::last_name(detail::describe<std::get<Index>(detail::addresses<std::remove_cv_t<T>>)>());
}

/// Type of the member of T at `Index`.
template <Reflectable T, std::size_t Index>
using MemberType =
    std::remove_pointer_t<decltype(std::get<Index>(detail::addresses<std::remove_cv_t<T>>).pointer)>;

/// Calls `f(name, member)` for each member of `value` in order of declaration; the members of a const struct
/// are const.
template <Reflectable T, class F>
constexpr void for_each_member(T& value, F&& f) {
  constexpr std::size_t count = member_count<T>();
  detail::MemberBindings<count>::apply(value, [&f](auto&... members) {
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
      (static_cast<void>(f(member_name<T, Index>(), members)), ...);
    }
    (std::make_index_sequence<count>{});
  });
}

}  // namespace gradus
