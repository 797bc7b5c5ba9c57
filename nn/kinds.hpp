#pragma once

#include <array>
#include <concepts>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <gradus/autograd/members.hpp>
#include <gradus/nn/parameter.hpp>

/// For writers of the walk over a model: what kind of member a type is.
namespace gradus::nn {

class Walker;

namespace detail {

template <class T, template <class...> class Template>
inline constexpr bool is_instance = false;
template <template <class...> class Template, class... A>
inline constexpr bool is_instance<Template<A...>, Template> = true;

/// Whether the compiler wrote the class, for a lambda. Its own name for the type tells: behind the enclosing
/// functions, g++ says `<lambda(int)>` and clang `(lambda at file:line)`.
template <class T>
consteval bool is_closure() {
  std::string_view name = __PRETTY_FUNCTION__;
  name.remove_prefix(name.find("T = ") + 4);
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '<' || name[i] == '(' || name[i] == '[') ++depth;
    if (name[i] == '>' || name[i] == ')' || name[i] == ']') --depth;
    if (depth == 0 && name.substr(i, 2) == "::") begin = i + 2;
  }
  name.remove_prefix(begin);
  return name.starts_with("<lambda(") || name.starts_with("(lambda at ");
}

template <class T, class... X>
concept Takes = std::invocable<const T&, X...> || std::invocable<T&, X...>;

using In = const Tensor&;

/// Says itself what it holds.
template <class T>
concept Visits = std::is_class_v<T> && requires(T& value, Walker& walker) {
  value.visit(walker);
};

/// Holds a layer of a type that only it knows.
template <class T>
concept Erased = requires(T& value, Walker& walker) {
  value.walk_held(walker);
};

/// Leads to one value or none, and is transparent in paths.
template <class T>
concept Pointing =
    is_instance<T, std::optional> || is_instance<T, std::unique_ptr> || is_instance<T, std::shared_ptr>;

template <class T>
using IteratorOf = decltype(std::begin(std::declval<T&>()));

/// Can be gone through more than once. (`<ranges>` says so too, and takes a fifth of a second to compile.)
template <class T>
concept Iterable = std::forward_iterator<IteratorOf<T>>;

template <class T>
concept Keyed = Iterable<T> && requires {
  typename T::key_type;
};

/// Named by its keys, in their order.
template <class T>
concept OrderedMap = Keyed<T> && requires {
  typename T::mapped_type;
  typename T::key_compare;
};

/// Named by position: std::vector, std::array, std::deque, std::list, C array.
template <class T>
concept Sequence = Iterable<T> && !Keyed<T>;

template <class T>
concept Tuple = is_instance<T, std::tuple> || is_instance<T, std::pair>;

template <class T>
concept Container = OrderedMap<T> || Sequence<T> || Tuple<T>;

}  // namespace detail

/// Can be called with one to four tensors.
template <class T>
concept CallableOnTensors = detail::Takes<T, detail::In> || detail::Takes<T, detail::In, detail::In> ||
    detail::Takes<T, detail::In, detail::In, detail::In> ||
    detail::Takes<T, detail::In, detail::In, detail::In, detail::In>;

/// Whether a class that is neither an aggregate nor has `visit` is known to hold no tensors of a model.
/// Specialise it for a class of your own that is a plain value; otherwise a model with such a member does not
/// compile. What a lambda or std::function captures is not seen.
template <class T>
inline constexpr bool plain_value =
    std::is_trivially_copyable_v<T> || detail::is_closure<T>() || detail::is_instance<T, std::function> ||
    detail::is_instance<T, std::basic_string> || std::same_as<T, std::filesystem::path>;

namespace detail {

template <class T>
consteval bool is_plain();

template <class T, std::size_t... I>
consteval bool has_plain_members(std::index_sequence<I...>) {
  return (is_plain<std::remove_cv_t<MemberType<T, I>>>() && ...);
}

template <class T, std::size_t... I>
consteval bool has_plain_elements(std::index_sequence<I...>) {
  return (is_plain<std::remove_cv_t<std::tuple_element_t<I, T>>>() && ...);
}

/// Whether a member of type T (without const) is passed over by the walk: neither a layer nor able to hold a
/// tensor, a flag or a layer.
template <class T>
consteval bool is_plain() {
  if constexpr (std::derived_from<T, Tensor> || std::same_as<T, Training> || Visits<T> || Erased<T>)
    return false;
  else if constexpr (Reflectable<T> && CallableOnTensors<T>)
    return false;  // a layer, if only in name
  else if constexpr (plain_value<T>)
    return true;
  else if constexpr (is_instance<T, std::optional>)
    return is_plain<std::remove_cv_t<typename T::value_type>>();
  else if constexpr (is_instance<T, std::unique_ptr> || is_instance<T, std::shared_ptr>)
    return std::is_void_v<typename T::element_type> || is_plain<std::remove_cv_t<typename T::element_type>>();
  else if constexpr (Keyed<T> && requires { typename T::mapped_type; })
    return is_plain<typename T::key_type>() && is_plain<typename T::mapped_type>();
  else if constexpr (Iterable<T>)
    return is_plain<std::remove_cv_t<std::iter_value_t<IteratorOf<T>>>>();
  else if constexpr (Tuple<T>)
    return has_plain_elements<T>(std::make_index_sequence<std::tuple_size_v<T>>{});
  else if constexpr (Reflectable<T>)
    return has_plain_members<T>(std::make_index_sequence<member_count<T>()>{});
  else
    return false;
}

}  // namespace detail

/// A layer or model: a plain struct, or a class with `visit`, that can be called with tensors.
template <class T>
concept Module = std::is_class_v<std::remove_cvref_t<T>> &&
    (std::is_aggregate_v<std::remove_cvref_t<T>> ||
     detail::Visits<std::remove_cvref_t<T>>)&&CallableOnTensors<std::remove_cvref_t<T>>;

}  // namespace gradus::nn
