#include <gradus/autograd/kernels/depthwise.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include <gradus/autograd/kernels/isa.hpp>
#include <gradus/autograd/kernels/memory.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/kernels/pixels.hpp>

namespace gradus::kernels {

namespace {

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

/// [tap, channel] from [channel, position], and in a last row the bias, or zeros.
template <class T>
Scratch<T> pack(const Pass& pass, const TapMatrices<T>& matrices, const T* bias, std::int64_t channels) {
  Scratch<T> packed((static_cast<std::int64_t>(pass.taps.size()) + 1) * channels);
  T* to = packed.data();
  for (const Tap& tap : pass.taps)
    for (std::int64_t c = 0; c < channels; ++c) *to++ = matrices.data[c * matrices.group + tap.position];
  for (std::int64_t c = 0; c < channels; ++c) *to++ = bias != nullptr ? bias[c] : T(0);
  return packed;
}

/// to[c] = from[c] + a(g)[c] b(g)[c] + a(g + 1)[c] b(g + 1)[c] + ..., a term for each of I. `to` may be
/// `from`.
template <class T, class A, class B, std::size_t... I>
void add_products(std::int64_t channels, const A& a, const B& b, std::int64_t g, const T* from, T* to,
                  std::index_sequence<I...>) {
  const std::array<const T*, sizeof...(I)> x{a(g + static_cast<std::int64_t>(I))...},
      w{b(g + static_cast<std::int64_t>(I))...};
#ifndef __clang__  // which asks the addresses instead
#pragma GCC ivdep
#endif
  for (std::int64_t c = 0; c < channels; ++c) {
    T sum = from[c];
    ((sum += x[I][c] * w[I][c]), ...);
    to[c] = sum;
  }
}

/// to[c] = from[c] + the sum of `count` products, in order; so many at a time that few sums pass through
/// memory.
template <class T, class A, class B>
void add_all_products(std::int64_t channels, std::int64_t count, const A& a, const B& b, const T* from,
                      T* to) {
  std::int64_t g = 0;
  const auto add = [&]<std::size_t n>(std::integral_constant<std::size_t, n>) {
    for (; g + static_cast<std::int64_t>(n) <= count; g += static_cast<std::int64_t>(n)) {
      add_products(channels, a, b, g, from, to, std::make_index_sequence<n>());
      from = to;
    }
  };
  add(std::integral_constant<std::size_t, 9>());
  add(std::integral_constant<std::size_t, 3>());
  add(std::integral_constant<std::size_t, 1>());
}

}  // namespace

template <class T>
void correlate_depthwise(const Correlation<T>& c, const Pass& pass) {
  if (c.images == 0 || pass.count.h <= 0 || pass.count.w <= 0) return;
  if (pass.taps.empty()) return correlate(c, pass);  // nothing but the bias
  const Scratch<T> w = pack(pass, c.matrices, c.bias, c.groups);
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
      vectorized([=, &pass, &c, steps = steps.data(), taps = static_cast<std::int64_t>(steps.size()),
                  weights = w.data(), image = c.y.at(i / strips, 0)] {
        for (std::int64_t h = first; h < last; ++h)
          for (std::int64_t j = 0; j < pass.count.w; ++j) {
            const T* x =
                pixels.data + (h - first) * pass.stride.h * pixels.row + j * pass.stride.w * pixels.column;
            add_all_products(
                c.groups, taps, [&](std::int64_t g) { return x + steps[g].offset; },
                [&](std::int64_t g) { return weights + steps[g].weights; }, weights + taps * c.groups,
                image + (pass.origin.h + h * pass.step.h) * c.y.row +
                    (pass.origin.w + j * pass.step.w) * c.y.column);
          }
      });
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
      vectorized([=, &c] {
        T* to = sum;
        for (std::int64_t u = 0; u < c.kernel.h; ++u)
          for (std::int64_t v = 0; v < c.kernel.w; ++v, to += channels)
            for (std::int64_t i = 0; i < c.output.h; ++i) {
              const T* from =
                  a.data + (i * c.stride.h + u * c.dilation.h) * a.row + v * c.dilation.w * a.column;
              const T* by = b.data + i * b.row;
              add_all_products(
                  channels, c.output.w, [&](std::int64_t j) { return from + j * c.stride.w * a.column; },
                  [&](std::int64_t j) { return by + j * b.column; }, to, to);
            }
      });
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
