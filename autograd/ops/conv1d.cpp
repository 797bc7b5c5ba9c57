#include <gradus/autograd/ops/conv1d.hpp>

#include <gradus/autograd/ops/conv2d.hpp>
#include <gradus/autograd/ops/conv_transpose2d.hpp>
#include <gradus/autograd/ops/named.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

/// Throws unless the weight has three dimensions, and x is [n, channels, l] or [channels, l] with as many
/// channels as dimension `along` of the weight, times `groups`.
void check(const Tensor& x, const Tensor& weight, std::int64_t along, std::int64_t groups,
           const char* wanted) {
  const std::string w = named(weight, "weight");
  require<ShapeError>(weight.rank() == 3, "{} is {}; needs {}", w, weight.shape(), wanted);
  require<ShapeError>(x.rank() == 2 || x.rank() == 3, "input is {}; needs [n, channels, l] or [channels, l]",
                      x.shape());
  const std::int64_t channels = weight.size(along) * groups;
  require<ShapeError>(x.size(-2) == channels,
                      "input is {} but {} is {} with groups = {}; the input needs {} channels", x.shape(), w,
                      weight.shape(), groups, channels);
}

/// The weight as one of images of one row, under its own name.
Tensor one_row(const Tensor& weight) {
  Tensor row = unsqueeze(weight, -2);
  if (!weight.name().empty()) row.set_name(weight.name());
  return row;
}

}  // namespace

Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv1dOptions& options,
              SourceLocation at) {
  const OpScope scope("conv1d", at);
  check(x, weight, 1, options.groups, "[out, in / groups, k]");
  const Tensor y = conv2d(unsqueeze(x, -2), one_row(weight), bias,
                          {.stride = {1, options.stride},
                           .padding = {0, options.padding},
                           .dilation = {1, options.dilation},
                           .groups = options.groups});
  return squeeze(y, -2);
}

Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTranspose1dOptions& options, SourceLocation at) {
  const OpScope scope("conv_transpose1d", at);
  check(x, weight, 0, 1, "[in, out / groups, k]");
  const Tensor y = conv_transpose2d(unsqueeze(x, -2), one_row(weight), bias,
                                    {.stride = {1, options.stride},
                                     .padding = {0, options.padding},
                                     .output_padding = {0, options.output_padding},
                                     .dilation = {1, options.dilation},
                                     .groups = options.groups});
  return squeeze(y, -2);
}

}  // namespace gradus
