#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <gradus/autograd/gradcheck_report.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Options of `gradcheck` and `gradgradcheck`.
struct GradcheckOptions {
  /// Step of the central differences, times max(1, |x|). The default balances truncation, which grows with
  /// its square, against cancellation, which grows with its inverse.
  double eps = 6e-6;
  /// An element agrees if |analytic - numeric| <= atol + rtol * |numeric| + the rounding of the quotient.
  double atol = 1e-7;
  double rtol = 1e-5;
  /// What the report calls the inputs, or the inputs and the parameters; where empty, their `name()` or
  /// "input 0".
  std::vector<std::string> names = {};
  /// Leaves that the function uses without being given them, checked like inputs. They are changed in place
  /// for the differences and put back.
  std::vector<Tensor> parameters = {};
  /// Of the random incoming gradients of `gradgradcheck`.
  std::uint64_t seed = 1;
};

/// A function of tensors, as the checks see it.
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
    static_assert(Count <= 8,
                  "gradcheck needs a function of one to eight tensors, or of a std::vector of them");
    return [&f]<std::size_t... I>(std::index_sequence<I...>)->TensorFunction {
      if constexpr (std::invocable<F&, AsTensor<I>...>) {
        return [&f](const std::vector<Tensor>& in) {
          require<ValueError>(in.size() == Count, "gradcheck: {} inputs for a function of {}", in.size(),
                              Count);
          return as_vector(f(in[I]...));
        };
      } else {
        return as_function<Count + 1>(f);
      }
    }
    (std::make_index_sequence<Count>{});
  }
}

/// How a check calls itself, and the results of its function ("output 0" unless named here).
struct GradcheckNames {
  std::string_view check;
  std::vector<std::string> outputs;
};

GradcheckReport gradcheck(const TensorFunction& f, const std::vector<Tensor>& inputs,
                          const GradcheckOptions& options, const SourceLocation& at,
                          GradcheckNames names = {"gradcheck", {}});
GradcheckReport gradgradcheck(const TensorFunction& f, const std::vector<Tensor>& inputs,
                              const GradcheckOptions& options, const SourceLocation& at);
/// What reports call each input and, behind those, each parameter: as options say, the tensor's own name, or
/// "input 0". Throws ValueError for a wrong number of names.
std::vector<std::string> gradcheck_names(const std::vector<Tensor>& inputs, const GradcheckOptions& options);

}  // namespace detail

/// Compares the derivative of every element of every result with respect to every element of every input that
/// requires a gradient, as backward gives it, with central differences.
///
///     CHECK(gradcheck([](Tensor a, Tensor b) { return matmul(a, b); }, {a, b}));
///
/// `f` takes the tensors one by one or as a std::vector, and returns a Tensor or several; it must give the
/// same values each time. It is called on copies that have the strides of the inputs; an input expanded along
/// a dimension is perturbed, and indexed in the report, with size 1 there. Inputs that do not require a
/// gradient and results that are not floating are left alone. Central differences mean nothing at a kink:
/// stay away from them by more than eps. Throws DTypeError unless the rest is float64, ValueError if nothing
/// requires a gradient or `f` is not a function of its inputs (random numbers).
template <class F>
GradcheckReport gradcheck(F&& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options = {},
                          SourceLocation at = SourceLocation::current()) {
  return detail::gradcheck(detail::as_function(f), inputs, options, at);
}

/// `gradcheck` of the gradient of `f` itself, as a function of the inputs and of random incoming gradients:
/// the second derivative. It says nothing on the first, which `gradcheck` is for.
template <class F>
GradcheckReport gradgradcheck(F&& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options = {},
                              SourceLocation at = SourceLocation::current()) {
  return detail::gradgradcheck(detail::as_function(f), inputs, options, at);
}

}  // namespace gradus
