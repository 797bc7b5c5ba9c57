#pragma once
#include <concepts>
#include <cstddef>
#include <cstdlib>
#include <type_traits>
#include <utility>

#include <gradus/autograd/member_bindings.hpp>

// Counts the members of an aggregate by trial: `T{x, x, x}`, where x converts to anything, is well formed for
// three members and not for two. An array takes as many x as it has elements, because C++ then leaves out its
// braces (brace elision). Initialisers are therefore counted first, and grouped into members afterwards.
namespace gradus::detail {

/// Arrays count by their elements here. The bound stops the search for a type that no number fits.
inline constexpr std::size_t max_initialisers = 256;
/// An array of elements without default constructor takes all its initialisers or none: the largest such gap.
inline constexpr std::size_t max_gap = 16;
inline constexpr std::size_t nothing_fits = static_cast<std::size_t>(-1);

struct Opaque {};

/// Converts to whatever type a member has. A type with a constructor template for any argument takes it as
/// that argument; converting as well would be ambiguous. Nothing is ever converted, but a constexpr
/// constructor that takes it may be instantiated with it, and clang then wants the conversion defined.
struct Anything {
  template <class Member>
  requires(!std::is_convertible_v<Opaque, Member>) operator Member() const { std::abort(); }
};

/// Converts to base classes of T only.
template <class T>
struct AnyBase {
  template <class Base>
  requires(std::is_base_of_v<Base, T> && !std::same_as<Base, T>) operator Base() const;
};

/// Converts to empty base classes of T only.
template <class T>
struct AnyEmptyBase {
  template <class Base>
  requires(std::is_base_of_v<Base, T> && !std::same_as<Base, T> && std::is_empty_v<Base>) operator Base()
      const;
};

template <std::size_t>
using AnythingAt = Anything;

template <class T, std::size_t... I>
consteval bool accepts(std::index_sequence<I...>) {
  return requires { T{AnythingAt<I>{}...}; };
}

template <class T, class Single, std::size_t... Before, std::size_t... After>
consteval bool accepts_single(std::index_sequence<Before...>, std::index_sequence<After...>) {
  return requires { T{AnythingAt<Before>{}..., Single{}, AnythingAt<After>{}...}; };
}

template <class T, std::size_t... Before, std::size_t... In, std::size_t... After>
consteval bool accepts_braces(std::index_sequence<Before...>, std::index_sequence<In...>,
                              std::index_sequence<After...>) {
  return requires { T{AnythingAt<Before>{}..., {AnythingAt<In>{}...}, AnythingAt<After>{}...}; };
}

/// Is `T{x * n}` well formed?
template <class T, std::size_t N>
inline constexpr bool fits = accepts<T>(std::make_index_sequence<N>{});

/// Is `T{x * before, Single{}, x * after}` well formed?
template <class T, class Single, std::size_t Before, std::size_t After>
inline constexpr bool fits_single = accepts_single<T, Single>(std::make_index_sequence<Before>{},
                                                              std::make_index_sequence<After>{});

/// Is `T{x * before, {x * in}, x * after}` well formed?
template <class T, std::size_t Before, std::size_t In, std::size_t After>
inline constexpr bool fits_braces = accepts_braces<T>(std::make_index_sequence<Before>{},
                                                      std::make_index_sequence<In>{},
                                                      std::make_index_sequence<After>{});

/// The largest number of initialisers that T accepts, or `nothing_fits`.
template <class T, std::size_t N = 0, std::size_t Best = nothing_fits>
consteval std::size_t find_initialisers() {
  if constexpr (N > max_initialisers || (Best != nothing_fits && N > Best + max_gap))
    return Best;
  else
    return find_initialisers<T, N + 1, (fits<T, N> ? N : Best)>();
}

template <class T>
inline constexpr std::size_t initialisers = find_initialisers<T>();

/// Number of elements if the member that begins at initialiser `At` is an array of that many, given that it
/// is an array of `Extent` at least. In braces it leaves exactly the rest of the initialisers to the other
/// members.
template <class T, std::size_t At, std::size_t Extent = 2>
consteval std::size_t array_extent() {
  if constexpr (At + Extent > initialisers<T>) {
    return 1;
  } else {
    constexpr std::size_t after = initialisers<T> - At - Extent;
    if constexpr (fits_braces<T, At, 0, after>)
      return Extent;
    else if constexpr (fits_braces<T, At, Extent, after> && !fits_braces<T, At, Extent, after + 1>)
      return Extent;  // elements without default constructor
    else
      return array_extent<T, At, Extent + 1>();
  }
}

/// Number of initialisers that the member beginning at initialiser `At` takes: 1 unless it is an array.
template <class T, std::size_t At>
consteval std::size_t extent() {
  constexpr std::size_t after = initialisers<T> - At - 1;
  if constexpr (after == 0 || fits_braces<T, At, 0, after>)
    return 1;
  else if constexpr (fits<T, At + 1> && !fits_braces<T, At, 0, 0>)
    return 1;  // no default constructor; an array of such would not be content with one initialiser
  else
    return array_extent<T, At>();
}

/// A member that takes any argument would pass for a base class.
template <class T, std::size_t At, template <class> class Base>
consteval bool is_base() {
  if constexpr (initialisers<T> == nothing_fits || At >= initialisers<T>)
    return false;
  else
    return fits_single<T, Base<T>, At, initialisers<T> - At - 1> &&
           !fits_single<T, Opaque, At, initialisers<T> - At - 1>;
}

/// Base classes take the first initialisers.
template <class T, std::size_t At = 0>
consteval std::size_t count_empty_bases() {
  if constexpr (is_base<T, At, AnyEmptyBase>())
    return count_empty_bases<T, At + 1>();
  else
    return At;
}

template <class T>
consteval bool has_base_with_fields() {
  return is_base<T, count_empty_bases<T>(), AnyBase>();
}

template <class T, std::size_t At, std::size_t Count = 0>
consteval std::size_t count_members() {
  if constexpr (At >= initialisers<T>)
    return Count;
  else
    return count_members<T, At + extent<T, At>(), Count + 1>();
}

}  // namespace gradus::detail
