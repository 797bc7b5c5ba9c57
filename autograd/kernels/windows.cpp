#include <gradus/autograd/kernels/windows.hpp>

#include <algorithm>

#include <gradus/autograd/error.hpp>

namespace gradus::kernels {

namespace {

/// a / b rounded up, and down; b > 0.
std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return a / b + (a % b > 0); }
std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0); }

void check(std::string_view axis, const Sliding& s) {
  require(s.kernel >= 1, "a kernel of {} {} was given; it must be at least 1", axis, s.kernel);
  require(s.stride >= 1, "a stride of {} along the {} was given; it must be at least 1", s.stride, axis);
  require(s.dilation >= 1, "a dilation of {} along the {} was given; it must be at least 1", s.dilation,
          axis);
  require(s.padding >= 0 && s.padding <= s.kernel / 2,
          "a padding of {} along the {} was given; it must be from 0 to half the kernel's {} of {}",
          s.padding, axis, axis, s.kernel);
}

std::int64_t window_count(std::string_view axis, std::int64_t size, const Sliding& s) {
  const std::int64_t room = size + 2 * s.padding - s.dilation * (s.kernel - 1) - 1;
  std::int64_t count = (s.ceil_mode ? ceil_div : floor_div)(room, s.stride) + 1;
  if (s.ceil_mode && (count - 1) * s.stride >= size + s.padding) --count;  // it would begin in the padding
  require<ShapeError>(size >= 1 && count >= 1,
                      "the output {} would be {}(({} + 2*{} - {}*({} - 1) - 1) / {}) + 1 = {}; it must be at "
                      "least 1, so the input is too small for the kernel",
                      axis, s.ceil_mode ? "ceil" : "floor", size, s.padding, s.dilation, s.kernel, s.stride,
                      count);
  return count;
}

}  // namespace

Windows sliding_windows(std::string_view axis, std::int64_t size, const Sliding& s) {
  check(axis, s);
  const std::int64_t count = window_count(axis, size, s);
  Windows windows{size, s.dilation, {}};
  windows.each.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t first = i * s.stride - s.padding;
    const std::int64_t last = first + s.dilation * (s.kernel - 1) + 1;
    const std::int64_t begin = first + s.dilation * std::max<std::int64_t>(ceil_div(-first, s.dilation), 0);
    const std::int64_t end = std::min(last, size);
    require<ShapeError>(begin < end,
                        "window {} along the {} ({} positions {} apart, from {}) covers none of the {} "
                        "elements; use a smaller padding or dilation",
                        i, axis, s.kernel, s.dilation, first, size);
    const std::int64_t taps = ceil_div(end - begin, s.dilation);
    windows.each.push_back({begin, end, s.count_padding ? std::min(last, size + s.padding) - first : taps});
  }
  return windows;
}

Windows adaptive_windows(std::int64_t size, std::int64_t count) {
  Windows windows{size, 1, {}};
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t begin = i * size / count;
    const std::int64_t end = ceil_div((i + 1) * size, count);
    windows.each.push_back({begin, end, end - begin});
  }
  return windows;
}

}  // namespace gradus::kernels
