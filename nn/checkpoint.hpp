#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <gradus/autograd/checkpoint.hpp>
#include <gradus/nn/module.hpp>
#include <gradus/nn/sequential.hpp>

namespace gradus {

namespace nn::detail {

/// A call of a model that is to be made again, later and of a copy that shares its tensors: in the mode and
/// with the buffers of now, and seen by hooks as a call of the model.
class SecondCall {
 public:
  SecondCall(const std::vector<Part>& model, const std::vector<Part>& copy);
  /// `call()`, which calls the copy; then the buffers are as they were before.
  std::vector<Tensor> make(const std::function<std::vector<Tensor>()>& call) const;

 private:
  struct Kept {
    Tensor buffer, value;
    std::uint32_t version;
  };
  std::vector<Kept> buffers_;
  ToldAs::Originals originals_;
};

}  // namespace nn::detail

/// `checkpoint(model, x)` of a layer or model keeps a copy that shares its tensors; the second call is in the
/// mode of the first, and changes no buffers (the running statistics of a batch norm count each batch once).
/// Hooks see both calls.
template <nn::Module M>
struct detail::SegmentOf<M> {
  static Segment make(const M& model) {
    const auto copy = std::make_shared<const M>(model);
    const nn::detail::SecondCall second(nn::walk(model), nn::walk(*copy));
    return {as_function(model), [copy, second](const std::vector<Tensor>& in) {
              return second.make([&] { return as_function(*copy)(in); });
            }};
  }
};

/// The layers cut into `segments` of about equal number, each but the last a checkpoint: with n layers and
/// sqrt(n) segments, the memory of about 2 sqrt(n) layers. Throws ValueError unless there are 1 to
/// `layers.size()` segments.
Tensor checkpoint(const nn::Sequential& layers, std::int64_t segments, const Tensor& x,
                  SourceLocation at = SourceLocation::current());

}  // namespace gradus
