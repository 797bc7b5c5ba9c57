#include <gradus/autograd/ops/avg_pool2d.hpp>

#include <gradus/autograd/ops/average_pool.hpp>

namespace gradus {

namespace {

struct AvgPool2d {
  static constexpr std::string_view name = "avg_pool2d";
  static constexpr std::string_view gradient_name = "avg_pool2d_backward";
  Pair kernel, stride, padding;
  bool ceil_mode, count_include_pad;
  std::int64_t divisor_override;  ///< 0: none
  Pair input_size;

  average_pool::Plan plan() const {
    return {
        kernels::sliding_windows("height", input_size.h,
                                 {kernel.h, stride.h, padding.h, 1, ceil_mode, count_include_pad}),
        kernels::sliding_windows("width", input_size.w,
                                 {kernel.w, stride.w, padding.w, 1, ceil_mode, count_include_pad}),
        divisor_override,
    };
  }
  Tensor forward(const Tensor& x) const { return average_pool::mean(plan(), x); }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return average_pool::gradient(*this, d.grad()); });
  }
};

}  // namespace

Tensor avg_pool2d(const Tensor& x, Pair kernel, const AvgPool2dOptions& options, SourceLocation at) {
  const OpScope scope("avg_pool2d", at);
  require(options.divisor_override != 0, "a divisor of 0 was given");
  const AvgPool2d op{kernel,
                     options.stride.value_or(kernel),
                     options.padding,
                     options.ceil_mode,
                     options.count_include_pad,
                     options.divisor_override.value_or(0),
                     planes::size(x)};
  return record(op, at, x);
}

}  // namespace gradus
