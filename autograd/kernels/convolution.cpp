#include <gradus/autograd/kernels/convolution.hpp>

#include <gradus/autograd/kernels/correlate.hpp>
#include <gradus/autograd/kernels/depthwise.hpp>

namespace gradus::kernels {

namespace {

/// All results see all positions of the kernel.
Pass forward_pass(const Convolution& c) {
  Pass pass{{0, 0}, {1, 1}, c.output, c.stride, {}};
  for (std::int64_t u = 0; u < c.kernel.h; ++u)
    for (std::int64_t v = 0; v < c.kernel.w; ++v)
      pass.taps.push_back(
          {u * c.dilation.h - c.padding.h, v * c.dilation.w - c.padding.w, u * c.kernel.w + v});
  return pass;
}

/// Along one axis: the positions of the kernel that reach pixels phase, phase + stride, ..., and where the
/// result lies that the first of these pixels gave to.
std::vector<std::pair<std::int64_t, std::int64_t>> reaching(std::int64_t phase, std::int64_t kernel,
                                                            std::int64_t stride, std::int64_t padding,
                                                            std::int64_t dilation) {
  std::vector<std::pair<std::int64_t, std::int64_t>> found;  // position, place
  for (std::int64_t u = kernel; u-- > 0;)                    // places from left to right
    if ((phase + padding - u * dilation) % stride == 0)
      found.emplace_back(u, (phase + padding - u * dilation) / stride);
  return found;
}

/// The pixels of each phase of the stride form a pass: image pixel i stride + phase was seen at position u by
/// place i + (phase + padding - u dilation) / stride, for those u that divide.
template <class F>
void for_each_backward_pass(const Convolution& c, F&& run) {
  for (std::int64_t h = 0; h < std::min(c.stride.h, c.input.h); ++h)
    for (std::int64_t w = 0; w < std::min(c.stride.w, c.input.w); ++w) {
      Pass pass{{h, w},
                c.stride,
                {(c.input.h - h - 1) / c.stride.h + 1, (c.input.w - w - 1) / c.stride.w + 1},
                {1, 1},
                {}};
      for (const auto& [u, row] : reaching(h, c.kernel.h, c.stride.h, c.padding.h, c.dilation.h))
        for (const auto& [v, column] : reaching(w, c.kernel.w, c.stride.w, c.padding.w, c.dilation.w))
          pass.taps.push_back({row, column, u * c.kernel.w + v});
      run(std::move(pass));
    }
}

}  // namespace

template <class T>
void convolve(const Convolution& c, const Planes<const T>& x, const T* w, const T* bias, const Planes<T>& y) {
  const std::int64_t p = c.positions();
  const Correlation<T> job{c.images, c.groups, c.in, c.out, x, c.input, {w, c.out * c.in * p, p, c.in * p},
                           bias,     y};
  if (c.depthwise())
    correlate_depthwise(job, forward_pass(c));
  else
    correlate(job, forward_pass(c));
}

template <class T>
void convolve_to_input(const Convolution& c, const Planes<const T>& y, const T* w, const T* bias,
                       const Planes<T>& x) {
  const std::int64_t p = c.positions();
  const Correlation<T> job{c.images, c.groups, c.out, c.in, y, c.output, {w, c.out * c.in * p, c.in * p, p},
                           bias,     x};
  for_each_backward_pass(c, [&](Pass pass) {
    if (c.depthwise())
      correlate_depthwise(job, pass);
    else
      correlate(job, std::move(pass));
  });
}

template void convolve(const Convolution&, const Planes<const float>&, const float*, const float*,
                       const Planes<float>&);
template void convolve(const Convolution&, const Planes<const double>&, const double*, const double*,
                       const Planes<double>&);
template void convolve_to_input(const Convolution&, const Planes<const float>&, const float*, const float*,
                                const Planes<float>&);
template void convolve_to_input(const Convolution&, const Planes<const double>&, const double*, const double*,
                                const Planes<double>&);

}  // namespace gradus::kernels
