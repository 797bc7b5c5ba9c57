#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>

#include <gradus/autograd/members.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/nn/kinds.hpp>

/// For writers of layers: their settings as text.
namespace gradus::nn {

namespace detail {

template <class T>
concept Setting = !std::is_pointer_v<T> && !std::is_array_v<T> && requires(const T& value) {
  gradus::detail::format_attribute(value);
};

void add_setting(std::string& text, std::string_view name, std::string_view value);

template <class T>
void add_settings(std::string& text, const T& holder) {
  for_each_member(holder, [&](std::string_view name, const auto& value) {
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (Setting<Value>)
      add_setting(text, name, gradus::detail::format_attribute(value));
    else if constexpr (Reflectable<Value> && is_plain<Value>())
      add_settings(text, value);  // an aggregate of options
  });
}

}  // namespace detail

/// What a printed layer shows between its brackets: `describe()` of the layer if it has that, else the plain
/// values among its members, "kernel_size=[2, 2], stride=[2, 2]".
template <class M>
std::string describe(const M& module) {
  std::string text;
  if constexpr (requires {
                  { module.describe() } -> std::convertible_to<std::string>;
                })
    text = module.describe();
  else if constexpr (Reflectable<M>)
    detail::add_settings(text, module);
  return text;
}

/// A type's name without namespaces and what encloses it: "Conv2d", "lambda".
std::string type_name(const std::type_info& type);

}  // namespace gradus::nn
