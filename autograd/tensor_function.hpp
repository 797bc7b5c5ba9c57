#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <functional>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <gradus/autograd/members.hpp>
#include <gradus/autograd/tensor.hpp>

/// For writers of what works on any function of tensors: checks, derivative tools.
namespace gradus {

/// A function of tensors in its most general form.
using TensorFunction = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

namespace detail {

inline std::vector<Tensor> as_vector(Tensor one) { return {std::move(one)}; }
inline std::vector<Tensor> as_vector(std::vector<Tensor> many) { return many; }
template <class Tuple>
requires requires { std::tuple_size<Tuple>::value; }
std::vector<Tensor> as_vector(const Tuple& many) {
  return std::apply([](const auto&... one) { return std::vector<Tensor>{one...}; }, many);
}

/// Of a struct of several results, such as `Extremum` or one of those within another.
template <Reflectable T>
std::vector<Tensor> as_vector(const T& many) {
  std::vector<Tensor> all;
  for_each_member(many, [&](std::string_view, const auto& member) {
    for (Tensor& one : as_vector(member)) all.push_back(std::move(one));
  });
  return all;
}

template <std::size_t>
using AsTensor = const Tensor&;

template <class F, std::size_t... I>
consteval bool takes(std::index_sequence<I...>) {
  return std::invocable<F&, AsTensor<I>...>;
}

/// Whether `f` takes 0, 1, .. tensors.
template <class F, std::size_t... Count>
consteval std::array<bool, sizeof...(Count)> counts_taken(std::index_sequence<Count...>) {
  return {takes<F>(std::make_index_sequence<Count>())...};
}
template <class F>
constexpr std::array<bool, 9> takes_count = counts_taken<F>(std::make_index_sequence<9>());

template <class F, std::size_t... I>
std::vector<Tensor> call_with(F& f, const std::vector<Tensor>& in, std::index_sequence<I...>) {
  return as_vector(f(in[I]...));
}

/// The next number of tensors from `count` on that `f` takes; takes_count<F>.size() if there is none.
template <class F>
consteval std::size_t next_count(std::size_t count) {
  while (count < takes_count<F>.size() && !takes_count<F>[count]) ++count;
  return count;
}

/// Throws ValueError for as many inputs as a function does not take.
[[noreturn]] void refuse_count(std::size_t given, std::span<const bool> taken);

/// f(in[0], in[1], ..) with as many as there are.
template <std::size_t Count, class F>
std::vector<Tensor> spread(F& f, const std::vector<Tensor>& in) {
  if constexpr (Count == takes_count<F>.size()) {
    refuse_count(in.size(), takes_count<F>);
  } else {
    if (in.size() == Count) return call_with(f, in, std::make_index_sequence<Count>());
    return spread<next_count<F>(Count + 1)>(f, in);
  }
}

/// The function as one of a list. It may take the list, or up to 8 tensors one by one; with default
/// arguments or overloads, any of several numbers of them.
template <class F>
TensorFunction as_function(F& f) {
  if constexpr (std::invocable<F&, const std::vector<Tensor>&>) {
    return [&f](const std::vector<Tensor>& in) { return as_vector(f(in)); };
  } else {
    static_assert(std::count(takes_count<F>.begin(), takes_count<F>.end(), true) > 0,
                  "this needs a function of one to eight tensors, or of a std::vector of them");
    return [&f](const std::vector<Tensor>& in) { return spread<next_count<F>(1)>(f, in); };
  }
}

/// A copy of `f`, as a function of a list.
template <class F>
TensorFunction owned(F f) {
  return [f = std::move(f)](const std::vector<Tensor>& in) { return as_function(f)(in); };
}

}  // namespace detail

}  // namespace gradus
