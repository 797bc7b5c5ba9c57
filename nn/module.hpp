#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gradus/nn/walk.hpp>

/// Functions over whole models. A model is any struct; its parameters, buffers and layers are its members,
/// which may be tensors, layers, models, and std::array, vector, deque, list, map, tuple, pair, optional,
/// unique_ptr or shared_ptr of those. A class that is not an aggregate says what it holds by
/// `void visit(auto& v) { v("weight", weight); }`. Members of other types are plain values.
///
/// Names are paths: "blocks.0.conv1.weight". Every function here also gives the tensors their paths as names
/// (`Tensor::name`), for error texts. A copy of a model shares its tensors with the original; see `clone`.
namespace gradus::nn {

using Named = std::vector<std::pair<std::string, Tensor>>;

namespace detail {
std::vector<Tensor> tensors(const std::vector<Part>& parts, Part::Kind kind);
Named named_tensors(const std::vector<Part>& parts, Part::Kind kind);
}  // namespace detail

/// What is learned, each tensor once: `nn::Parameter` members, and plain `Tensor` members of a floating
/// dtype. Of each module first its own, then those of its children in order of declaration.
template <class M>
std::vector<Tensor> parameters(const M& model) {
  return detail::tensors(walk(model), Part::Kind::parameter);
}
/// With their paths; a tensor that has several is listed by the first.
template <class M>
Named named_parameters(const M& model) {
  return detail::named_tensors(walk(model), Part::Kind::parameter);
}

/// State that is not learned, each tensor once: `nn::Buffer` members, and `Tensor` members that are not
/// floating.
template <class M>
std::vector<Tensor> buffers(const M& model) {
  return detail::tensors(walk(model), Part::Kind::buffer);
}
template <class M>
Named named_buffers(const M& model) {
  return detail::named_tensors(walk(model), Part::Kind::buffer);
}

/// ---- Modes

namespace detail {
void set_training(const std::vector<Part>& parts, bool on);
void set_requires_grad(const std::vector<Part>& parts, bool wanted);
void zero_grad(const std::vector<Part>& parts);
}  // namespace detail

/// Puts every layer into training mode: dropout drops, batch norm uses the statistics of the batch.
template <class M>
void train(M& model, bool on = true) {
  detail::set_training(walk(model), on);
}
/// Puts every layer into evaluation mode.
template <class M>
void eval(M& model) {
  train(model, false);
}

/// The parameters of a model, or of one of its layers, no longer ask for gradients (`freeze(net.conv1)`);
/// those gathered so far are forgotten. Optimizers pass over them.
template <class M>
void freeze(const M& model) {
  detail::set_requires_grad(walk(model), false);
}
/// The parameters ask for gradients (again).
template <class M>
void unfreeze(const M& model) {
  detail::set_requires_grad(walk(model), true);
}

/// Forgets the gradients gathered by the parameters.
template <class M>
void zero_grad(const M& model) {
  detail::zero_grad(walk(model));
}

/// ---- Copies and conversions

namespace detail {
void convert(const std::vector<Part>& parts, DType dtype, const SourceLocation& at);
void separate(const std::vector<Part>& parts);
}  // namespace detail

/// Converts floating parameters and buffers, and gradients gathered so far, to float32 or float64. The
/// parameters remain the same handles, so an optimizer made before still holds them; but state of its own,
/// such as momenta, keeps the old dtype, so convert first and make the optimizer afterwards. A graph recorded
/// before can no longer be differentiated. Throws DTypeError for a dtype that is not floating.
template <class M>
void to(const M& model, DType dtype, SourceLocation at = SourceLocation::current()) {
  detail::convert(walk(model), dtype, at);
}

/// A deep copy: it shares no memory with the model. Names, modes and whether gradients are wanted are kept,
/// gradients are not. What is one tensor or one shared layer in the model is one in the copy.
template <class M>
M clone(const M& model) {
  static_assert(std::copy_constructible<M>,
                "a model with a member that cannot be copied, such as a std::unique_ptr, cannot be cloned");
  M copy = model;
  detail::separate(walk(copy, Walker::Pointees::copied));
  return copy;
}

/// ---- Layers by path

/// A layer within a model, found by `modules`.
struct ModuleAt {
  std::string path;  ///< empty for the model itself
  std::string type;  ///< "Conv2d"
  Part part;

  /// The layer, if it is an L, else null. Valid as long as the model stays where it is.
  template <class L>
  L* as() const {
    return part.type->id == typeid(L) ? static_cast<L*>(part.object) : nullptr;
  }
};

namespace detail {
std::vector<ModuleAt> modules(const std::vector<Part>& parts);
}  // namespace detail

/// The model and all layers and models within, each before its children; containers are passed over.
template <class M>
std::vector<ModuleAt> modules(M& model) {
  return detail::modules(walk(model));
}

/// Calls `f(layer)` or `f(path, layer)` for every layer of type L, however deep:
/// `nn::apply<nn::Linear>(net, [](nn::Linear& layer) { nn::init::xavier_uniform_(layer.weight); });`
template <class L, class M, class F>
void apply(M& model, F&& f) {
  using Layer = std::conditional_t<std::is_const_v<M>, const L, L>;
  for (const ModuleAt& module : modules(model)) {
    Layer* layer = module.as<L>();
    if (layer == nullptr) continue;
    if constexpr (std::invocable<F&, const std::string&, Layer&>)
      f(module.path, *layer);
    else
      f(*layer);
  }
}

}  // namespace gradus::nn
