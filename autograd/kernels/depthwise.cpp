#include <gradus/autograd/kernels/depthwise.hpp>

#include <algorithm>

#include <gradus/autograd/kernels/memory.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/kernels/pixels.hpp>

namespace gradus::kernels {

namespace {

constexpr std::int64_t lanes = 32;  // channels whose sums stay in registers

/// A tap's pixel within the box that a pass sees, and its row of packed weights.
struct Step {
  std::int64_t offset;
  std::int64_t weights;
};

/// The smallest box that holds the taps, at place 0.
Box reach(const Pass& pass) {
  Box box{pass.taps[0].row, pass.taps[0].column, 1, 1};
  std::int64_t bottom = box.top, right = box.left;
  for (const Tap& tap : pass.taps) {
    box.top = std::min(box.top, tap.row);
    box.left = std::min(box.left, tap.column);
    bottom = std::max(bottom, tap.row);
    right = std::max(right, tap.column);
  }
  box.height = bottom - box.top + 1;
  box.width = right - box.left + 1;
  return box;
}

/// The box of all places of a row range.
Box seen(const Pass& pass, const Box& reach, std::int64_t begin, std::int64_t end) {
  return {begin * pass.stride.h + reach.top, reach.left, (end - begin - 1) * pass.stride.h + reach.height,
          (pass.count.w - 1) * pass.stride.w + reach.width};
}

/// The pixels of a box: in place, or copied to `scratch`, which grows as needed.
template <class T>
class PixelReader {
 public:
  PixelReader(const Planes<const T>& x, std::int64_t channels, const Pair& size)
      : x_(x), channels_(channels), size_(size), scratch_(0) {}

  Pixels<T> read(std::int64_t image, const Box& box) {
    const T* from = x_.at(image, 0);
    if (readable(x_, channels_, size_, box))
      return {from + box.top * x_.row + box.left * x_.column, x_.image, x_.row, x_.column};
    const std::int64_t needed = box.height * box.width * channels_;
    if (needed > capacity_) scratch_ = Scratch<T>(capacity_ = needed);
    copy_pixels(from, x_, channels_, size_, box, scratch_.data());
    return {scratch_.data(), needed, box.width * channels_, channels_};
  }

 private:
  Planes<const T> x_;
  std::int64_t channels_;
  Pair size_;
  std::int64_t capacity_ = 0;
  Scratch<T> scratch_;
};

/// [tap, channel] from [channel, position].
template <class T>
Scratch<T> pack(const Pass& pass, const TapMatrices<T>& matrices, std::int64_t channels) {
  Scratch<T> packed(static_cast<std::int64_t>(pass.taps.size()) * channels);
  T* to = packed.data();
  for (const Tap& tap : pass.taps)
    for (std::int64_t c = 0; c < channels; ++c) *to++ = matrices.data[c * matrices.group + tap.position];
  return packed;
}

/// One place: y[c] = bias[c] + the sum over taps of x[tap, c] w[tap, c].
template <class T>
void place(std::int64_t channels, const T* x, const std::vector<Step>& steps, const T* w, const T* bias,
           T* y) {
  for (std::int64_t c = 0; c < channels; c += lanes) {
    const std::int64_t n = std::min(lanes, channels - c);
    T sum[lanes] = {};
    if (bias != nullptr) std::copy_n(bias + c, n, sum);
    for (const Step& step : steps) {
      const T* a = x + step.offset + c;
      const T* b = w + step.weights + c;
      if (n == lanes)
        for (std::int64_t l = 0; l < lanes; ++l) sum[l] += a[l] * b[l];
      else
        for (std::int64_t l = 0; l < n; ++l) sum[l] += a[l] * b[l];
    }
    std::copy_n(sum, n, y + c);
  }
}

}  // namespace

template <class T>
void correlate_depthwise(const Correlation<T>& c, const Pass& pass) {
  if (c.images == 0 || pass.count.h <= 0 || pass.count.w <= 0) return;
  if (pass.taps.empty()) return correlate(c, pass);  // nothing but the bias
  const Scratch<T> w = pack(pass, c.matrices, c.groups);
  const Box corner = reach(pass);
  const std::int64_t row_cost =
      std::max<std::int64_t>(pass.count.w * c.groups * static_cast<std::int64_t>(pass.taps.size()) / 4, 1);
  const std::int64_t rows = std::min(pass.count.h, chunk_for(row_cost));
  const std::int64_t strips = chunk_count(pass.count.h, rows);
  parallel_for(c.images * strips, chunk_for(rows * row_cost), [&](std::int64_t begin, std::int64_t end) {
    PixelReader<T> reader(c.x, c.groups, c.size);
    std::vector<Step> steps;
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t first = i % strips * rows, last = std::min(pass.count.h, first + rows);
      const Pixels<T> pixels = reader.read(i / strips, seen(pass, corner, first, last));
      steps.clear();
      for (const Tap& tap : pass.taps)
        steps.push_back({(tap.row - corner.top) * pixels.row + (tap.column - corner.left) * pixels.column,
                         static_cast<std::int64_t>(steps.size()) * c.groups});
      for (std::int64_t h = first; h < last; ++h)
        for (std::int64_t j = 0; j < pass.count.w; ++j)
          place(c.groups,
                pixels.data + (h - first) * pass.stride.h * pixels.row + j * pass.stride.w * pixels.column,
                steps, w.data(), c.bias,
                c.y.at(i / strips, 0) + (pass.origin.h + h * pass.step.h) * c.y.row +
                    (pass.origin.w + j * pass.step.w) * c.y.column);
    }
  });
}

template <class T>
void depthwise_to_weight(const Convolution& c, const Planes<const T>& x, const Planes<const T>& y, T* w) {
  const std::int64_t channels = c.groups, positions = c.positions();
  const std::int64_t chunk = std::max(chunk_for(c.cost() * 4), chunk_count(c.images, 16));
  const std::int64_t chunks = chunk_count(c.images, chunk);
  const Scratch<T> partial(std::max<std::int64_t>(chunks, 1) * positions * channels);
  std::fill_n(partial.data(), chunks * positions * channels, T(0));
  const Box padded{-c.padding.h, -c.padding.w,
                   (c.output.h - 1) * c.stride.h + (c.kernel.h - 1) * c.dilation.h + 1,
                   (c.output.w - 1) * c.stride.w + (c.kernel.w - 1) * c.dilation.w + 1};
  parallel_for(c.images, chunk, [&](std::int64_t begin, std::int64_t end) {
    PixelReader<T> images(x, channels, c.input), results(y, channels, c.output);
    for (std::int64_t n = begin; n < end; ++n) {
      const Pixels<T> a = images.read(n, padded), b = results.read(n, {0, 0, c.output.h, c.output.w});
      T* sum = partial.data() + begin / chunk * positions * channels;
      for (std::int64_t u = 0; u < c.kernel.h; ++u)
        for (std::int64_t v = 0; v < c.kernel.w; ++v, sum += channels)
          for (std::int64_t i = 0; i < c.output.h; ++i)
            for (std::int64_t j = 0; j < c.output.w; ++j) {
              const T* from = a.data + (i * c.stride.h + u * c.dilation.h) * a.row +
                              (j * c.stride.w + v * c.dilation.w) * a.column;
              const T* by = b.data + i * b.row + j * b.column;
              for (std::int64_t l = 0; l < channels; ++l) sum[l] += from[l] * by[l];
            }
    }
  });
  for (std::int64_t l = 0; l < channels; ++l)
    for (std::int64_t p = 0; p < positions; ++p) {
      T sum = 0;
      for (std::int64_t i = 0; i < chunks; ++i) sum += partial.data()[(i * positions + p) * channels + l];
      w[l * positions + p] = sum;
    }
}

template void correlate_depthwise(const Correlation<float>&, const Pass&);
template void correlate_depthwise(const Correlation<double>&, const Pass&);
template void depthwise_to_weight(const Convolution&, const Planes<const float>&, const Planes<const float>&,
                                  float*);
template void depthwise_to_weight(const Convolution&, const Planes<const double>&,
                                  const Planes<const double>&, double*);

}  // namespace gradus::kernels
