#include <gradus/autograd/ops/class_targets.hpp>

#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/named.hpp>

namespace gradus {

void check_class_targets(const Tensor& scores, const Tensor& target, const Tensor& weight,
                         std::int64_t ignore_index) {
  require<DTypeError>(is_floating(scores.dtype()), "input is {}; needs float32 or float64", scores.dtype());
  require<DTypeError>(target.dtype() == int64, "target is {}; class numbers must be int64 (use to(int64))",
                      target.dtype());
  require<ShapeError>(scores.rank() >= 1, "input is {}; needs [n, classes, ..] or [classes]", scores.shape());
  const std::size_t class_dim = scores.rank() == 1 ? 0 : 1;
  const std::int64_t classes = scores.shape()[class_dim];
  Shape wanted = scores.shape();
  wanted.erase(class_dim);
  require<ShapeError>(target.shape() == wanted, "input is {} but target is {}; the target must be {}",
                      scores.shape(), target.shape(), wanted);
  if (weight.defined()) {
    require<ShapeError>(weight.shape() == Shape(classes),
                        "weight is {}; needs one element for each of the {} classes", weight.shape(),
                        classes);
    require_same_dtype(scores, weight, "weight");
  }
  const auto values = target.to_vector<std::int64_t>();
  for (std::size_t i = 0; i < values.size(); ++i)
    require<IndexError>((values[i] >= 0 && values[i] < classes) || values[i] == ignore_index,
                        "target {} (element {}) is not one of the {} classes 0 to {}", values[i], i, classes,
                        classes - 1);
}

Tensor target_weights(const Tensor& target, const Tensor& weight, std::int64_t ignore_index, DType dtype) {
  return dispatch_floating(dtype, [&]<class T>() {
    const T* w = weight.defined() ? weight.data<T>() : nullptr;
    const std::int64_t stride = weight.defined() ? weight.strides()[0] : 0;
    return elementwise::apply<std::int64_t>(target, elementwise::cheap, [=](std::int64_t t) {
      return t == ignore_index ? T(0) : w != nullptr ? w[t * stride] : T(1);
    });
  });
}

}  // namespace gradus
