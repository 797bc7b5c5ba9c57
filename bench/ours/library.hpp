#pragma once

#include <gradus/autograd/kernels/layout_copies.hpp>
#include <gradus/gradus.hpp>

/// What the shared rows need of a library, under one name; whatever both libraries call alike is just theirs.
/// `peers/library.hpp` is the same for libtorch.
namespace lib {

using namespace gradus;

inline std::string version() { return "gradus"; }

/// Limits the library to so many threads.
using Threads = ThreadLimit;

using Tensors = std::vector<Tensor>;

/// Tensors that were copied into another memory layout so far; -1 where that is not known.
inline std::int64_t layout_copies() { return kernels::layout_copies; }

/// A tensor of int64 in [0, below).
inline Tensor integers(std::int64_t below, const Shape& shape) { return randint(0, below, shape); }

/// The gradients of `inputs` for the upstream gradient `g` of `y`; the tape stays.
inline Tensors gradients(const Tensor& y, const Tensors& inputs, const Tensor& g) {
  return grad(Tensors{y}, inputs, {.grad_outputs = {g}, .retain_graph = true});
}

inline Tensor to_float64(const Tensor& x) { return x.to(float64); }
inline Tensor max_along(const Tensor& x, std::int64_t dim) { return max(x, dim).values; }
inline Tensor min_along(const Tensor& x, std::int64_t dim) { return min(x, dim).values; }
inline Tensor gelu_tanh(const Tensor& x) { return gelu(x, {.approximate = Gelu::tanh}); }
inline Tensor depthwise(const Tensor& x, const Tensor& weight) {
  return conv2d(x, weight, {}, {.groups = x.size(1)});
}
inline Tensor strided_conv(const Tensor& x, const Tensor& weight) {
  return conv2d(x, weight, {}, {.stride = 2, .padding = 1});
}
inline Tensor batch_norm_train(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return batch_norm(x, {}, {}, weight, bias, {.training = true});
}
inline Tensor batch_norm_eval(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return batch_norm(x, weight.detach(), weight.detach(), weight, bias);
}

inline auto sgd(const Tensors& parameters) { return optim::SGD{parameters, {.lr = 0.05, .momentum = 0.9}}; }
inline auto adam(const Tensors& parameters) { return optim::Adam{parameters}; }
inline auto adamw(const Tensors& parameters) { return optim::AdamW{parameters}; }
inline auto rmsprop(const Tensors& parameters) { return optim::RMSprop{parameters}; }
inline auto adagrad(const Tensors& parameters) { return optim::Adagrad{parameters}; }

template <class Net>
Tensors parameters(const Net& net) {
  return nn::parameters(net);
}

template <class Net>
void eval(Net& net) {
  nn::eval(net);
}

/// Operations of one training step on an input of that shape: twice the forward ones again for the gradients
/// by weight and by input, where the input of the first layer needs none.
template <class Net>
double step_flops(const Net& net, const Shape& input) {
  const auto summary = nn::summary(net, input);
  for (const auto& row : summary.rows)
    if (row.flops > 0) return static_cast<double>(3 * summary.flops - row.flops);
  return 0;
}
template <class Net>
double forward_flops(const Net& net, const Shape& input) {
  return static_cast<double>(nn::summary(net, input).flops);
}

}  // namespace lib
