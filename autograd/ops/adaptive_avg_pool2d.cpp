#include <gradus/autograd/ops/adaptive_avg_pool2d.hpp>

#include <gradus/autograd/ops/average_pool.hpp>
#include <gradus/autograd/ops/reduce.hpp>

namespace gradus {

namespace {

struct AdaptiveAvgPool2d {
  static constexpr std::string_view name = "adaptive_avg_pool2d";
  static constexpr std::string_view gradient_name = "adaptive_avg_pool2d_backward";
  Pair output_size, input_size;

  average_pool::Plan plan() const {
    return {kernels::adaptive_windows(input_size.h, output_size.h),
            kernels::adaptive_windows(input_size.w, output_size.w)};
  }
  Tensor forward(const Tensor& x) const {
    const bool whole = output_size.h == 1 && output_size.w == 1;
    return whole ? gradus::mean(x, {-2, -1}, true) : average_pool::mean(plan(), x);
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return average_pool::gradient(*this, d.grad()); });
  }
};

}  // namespace

Tensor adaptive_avg_pool2d(const Tensor& x, Pair output_size, SourceLocation at) {
  const OpScope scope("adaptive_avg_pool2d", at);
  const Pair size = planes::size(x);
  require<ShapeError>(size.h >= 1 && size.w >= 1, "the input is {}; its planes must not be empty", x.shape());
  require(output_size.h >= 1 && output_size.w >= 1, "an output size of {} was given; it must be at least 1",
          to_string(output_size));
  return record(AdaptiveAvgPool2d{output_size, size}, at, x);
}

}  // namespace gradus
