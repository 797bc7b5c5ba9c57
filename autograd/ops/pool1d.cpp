#include <gradus/autograd/ops/pool1d.hpp>

#include <gradus/autograd/ops/avg_pool2d.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

Tensor as_row(const Tensor& x) {
  require<ShapeError>(x.rank() == 2 || x.rank() == 3, "the input is {}; needs [N, C, L] or [C, L]",
                      x.shape());
  return unsqueeze(x, -2);
}

MaxPool2dOptions row_options(std::int64_t kernel, const MaxPool1dOptions& options) {
  return {.stride = {1, options.stride.value_or(kernel)},
          .padding = {0, options.padding},
          .dilation = {1, options.dilation},
          .ceil_mode = options.ceil_mode};
}

}  // namespace

MaxPool2dResult max_pool1d_with_indices(const Tensor& x, std::int64_t kernel, const MaxPool1dOptions& options,
                                        SourceLocation at) {
  const OpScope scope("max_pool1d", at);
  const auto [values, indices] =
      max_pool2d_with_indices(as_row(x), {1, kernel}, row_options(kernel, options));
  return {squeeze(values, -2), squeeze(indices, -2)};
}

Tensor max_pool1d(const Tensor& x, std::int64_t kernel, const MaxPool1dOptions& options, SourceLocation at) {
  const OpScope scope("max_pool1d", at);
  return squeeze(max_pool2d(as_row(x), {1, kernel}, row_options(kernel, options)), -2);
}

Tensor avg_pool1d(const Tensor& x, std::int64_t kernel, const AvgPool1dOptions& options, SourceLocation at) {
  const OpScope scope("avg_pool1d", at);
  const Tensor y = avg_pool2d(as_row(x), {1, kernel},
                              {.stride = {1, options.stride.value_or(kernel)},
                               .padding = {0, options.padding},
                               .ceil_mode = options.ceil_mode,
                               .count_include_pad = options.count_include_pad});
  return squeeze(y, -2);
}

}  // namespace gradus
