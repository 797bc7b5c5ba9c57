#pragma once

#include <torch/torch.h>
#include <torch/version.h>

#include <vector>

/// What the shared rows need of a library, under one name; whatever both libraries call alike is just theirs.
/// `ours/library.hpp` is the same for Gradus.
namespace lib {

using namespace torch;

inline std::string version() { return "libtorch " TORCH_VERSION; }

/// Limits the library to so many threads.
struct Threads {
  explicit Threads(int count) { set_num_threads(count); }
};

using Tensors = std::vector<Tensor>;
using Dims = std::vector<std::int64_t>;
using NoGrad = InferenceMode;

/// Not known.
inline std::int64_t layout_copies() { return -1; }

/// A tensor of int64 in [0, below).
inline Tensor integers(std::int64_t below, IntArrayRef shape) {
  return torch::randint(0, below, shape, kInt64);
}

/// The gradients of `inputs` for the upstream gradient `g` of `y`; the tape stays.
inline Tensors gradients(const Tensor& y, const Tensors& inputs, const Tensor& g) {
  return autograd::grad({y}, inputs, {g}, /*retain_graph=*/true);
}

inline Tensor to_float64(const Tensor& x) { return x.to(kFloat64); }
inline Tensor expand(const Tensor& x, IntArrayRef shape) { return x.expand(shape); }
inline Tensor max_along(const Tensor& x, std::int64_t dim) { return std::get<0>(max(x, dim)); }
inline Tensor min_along(const Tensor& x, std::int64_t dim) { return std::get<0>(min(x, dim)); }
inline Tensor logsigmoid(const Tensor& x) { return log_sigmoid(x); }
inline Tensor unflatten(const Tensor& x, std::int64_t dim, IntArrayRef sizes) {
  return x.unflatten(dim, sizes);
}
inline Tensor pad(const Tensor& x, IntArrayRef amounts) { return constant_pad_nd(x, amounts); }
inline Tensor gelu_tanh(const Tensor& x) { return gelu(x, "tanh"); }
inline Tensor depthwise(const Tensor& x, const Tensor& weight) {
  return conv2d(x, weight, {}, Dims{1, 1}, Dims{0, 0}, Dims{1, 1}, x.size(1));
}
inline Tensor strided_conv(const Tensor& x, const Tensor& weight) {
  return conv2d(x, weight, {}, Dims{2, 2}, Dims{1, 1});
}
inline Tensor batch_norm_train(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return batch_norm(x, weight, bias, {}, {}, /*training=*/true, 0.1, 1e-5, false);
}
inline Tensor batch_norm_eval(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return batch_norm(x, weight, bias, weight.detach(), weight.detach(), /*training=*/false, 0.1, 1e-5, false);
}
inline Tensor cross_entropy(const Tensor& x, const Tensor& target) { return cross_entropy_loss(x, target); }
inline Tensor bce_loss(const Tensor& x, const Tensor& target) { return binary_cross_entropy(x, target); }
inline Tensor bce_with_logits(const Tensor& x, const Tensor& target) {
  return binary_cross_entropy_with_logits(x, target);
}

inline auto sgd(const Tensors& p) { return optim::SGD(p, optim::SGDOptions(0.05).momentum(0.9)); }
inline auto adam(const Tensors& p) { return optim::Adam(p, optim::AdamOptions()); }
inline auto adamw(const Tensors& p) { return optim::AdamW(p, optim::AdamWOptions()); }
inline auto rmsprop(const Tensors& p) { return optim::RMSprop(p, optim::RMSpropOptions()); }
inline auto adagrad(const Tensors& p) { return optim::Adagrad(p, optim::AdagradOptions()); }

inline Tensors parameters(const nn::Module& net) { return net.parameters(); }
inline void eval(nn::Module& net) { net.eval(); }

/// Not counted here: the operations are those of the other library's row.
template <class Net>
double step_flops(const Net&, const Dims&) {
  return 0;
}
template <class Net>
double forward_flops(const Net&, const Dims&) {
  return 0;
}

}  // namespace lib
