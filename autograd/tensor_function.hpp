#pragma once

#include <concepts>
#include <functional>
#include <tuple>
#include <utility>
#include <vector>

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

template <std::size_t>
using AsTensor = const Tensor&;

/// The function as one of a list. It may take the list, or up to 8 tensors one by one.
template <std::size_t Count = 1, class F>
TensorFunction as_function(F& f) {
  if constexpr (std::invocable<F&, const std::vector<Tensor>&>) {
    return [&f](const std::vector<Tensor>& in) { return as_vector(f(in)); };
  } else {
    static_assert(Count <= 8, "this needs a function of one to eight tensors, or of a std::vector of them");
    return [&f]<std::size_t... I>(std::index_sequence<I...>)->TensorFunction {
      if constexpr (std::invocable<F&, AsTensor<I>...>) {
        return [&f](const std::vector<Tensor>& in) {
          require<ValueError>(in.size() == Count, "{} inputs for a function of {}", in.size(), Count);
          return as_vector(f(in[I]...));
        };
      } else {
        return as_function<Count + 1>(f);
      }
    }
    (std::make_index_sequence<Count>{});
  }
}

}  // namespace detail

}  // namespace gradus
