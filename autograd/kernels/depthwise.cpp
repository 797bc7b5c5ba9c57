#include <gradus/autograd/kernels/depthwise.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include <gradus/autograd/kernels/channels.hpp>
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

/// Pixels `step` apart.
template <class T>
struct PixelRow {
  T* first;
  std::int64_t step;

  PixelRow from_channel(std::int64_t c) const { return {first + c, step}; }
};

/// Asks for `rows` rows of `length` elements, which are to be read or written soon. By vectors of channels
/// they are gone through a line of each pixel at a time, which processors do not foresee.
template <class T>
[[gnu::always_inline]] inline void fetch(const T* first, std::int64_t row, std::int64_t rows,
                                         std::int64_t length) {
  constexpr std::int64_t line = alignment / sizeof(T);
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t i = 0; i < length; i += line) __builtin_prefetch(first + r * row + i);
}

/// Calls `f(first, sequence)` for taps that are as many as the sequence, until all have been there: so many
/// at a time that few sums pass through memory.
template <class F>
[[gnu::always_inline]] inline void for_taps(std::int64_t taps, const F& f) {
  std::int64_t first = 0;
  const auto run = [&]<std::size_t n>(std::integral_constant<std::size_t, n>) {
    for (; first + static_cast<std::int64_t>(n) <= taps; first += static_cast<std::int64_t>(n))
      f(first, std::make_index_sequence<n>());
  };
  run(std::integral_constant<std::size_t, 9>());
  run(std::integral_constant<std::size_t, 3>());
  run(std::integral_constant<std::size_t, 1>());
}

/// to[j] = from[j] + x[j + steps[0]] w[steps[0]] + ... for `count` pixels j, the channels of V of each.
template <class V, class T, std::size_t... I>
[[gnu::always_inline]] inline void add_taps(std::int64_t count, PixelRow<const T> x, const Step* steps,
                                            const T* weights, PixelRow<const T> from, PixelRow<T> to,
                                            std::index_sequence<I...>) {
  V w[sizeof...(I)];
  (std::memcpy(&w[I], weights + steps[I].weights, sizeof(V)), ...);
  const std::array<std::int64_t, sizeof...(I)> offsets{steps[I].offset...};
  for (std::int64_t j = 0; j < count; ++j) {
    V sum, pixel;
    std::memcpy(&sum, from.first + j * from.step, sizeof(V));
    ((std::memcpy(&pixel, x.first + j * x.step + offsets[I], sizeof(V)), sum += pixel * w[I]), ...);
    std::memcpy(to.first + j * to.step, &sum, sizeof(V));
  }
}

/// sums[i] += x[steps[i]] y[0] + x[1 + steps[i]] y[1] + ... for `count` pixels, the channels of V of each.
template <class V, class T, std::size_t... I>
[[gnu::always_inline]] inline void add_to_weights(std::int64_t count, PixelRow<const T> x, const Step* steps,
                                                  PixelRow<const T> y, T* sums, std::index_sequence<I...>) {
  V sum[sizeof...(I)];
  (std::memcpy(&sum[I], sums + steps[I].weights, sizeof(V)), ...);
  const std::array<std::int64_t, sizeof...(I)> offsets{steps[I].offset...};
  for (std::int64_t j = 0; j < count; ++j) {
    V by, pixel;
    std::memcpy(&by, y.first + j * y.step, sizeof(V));
    ((std::memcpy(&pixel, x.first + j * x.step + offsets[I], sizeof(V)), sum[I] += pixel * by), ...);
  }
  (std::memcpy(sums + steps[I].weights, &sum[I], sizeof(V)), ...);
}

/// y[j] = the bias, which lies behind the weights of all taps, and a product for each tap, for `count`
/// pixels.
template <class T>
[[gnu::always_inline]] inline void correlate_row(std::int64_t channels, std::int64_t count,
                                                 PixelRow<const T> x, const Step* steps, std::int64_t taps,
                                                 const T* weights, PixelRow<T> y) {
  const PixelRow<const T> bias{weights + taps * channels, 0}, sums{y.first, y.step};
  for_channels<T>(channels, [&]<class V>(std::int64_t c) {
    for_taps(taps, [&](std::int64_t tap, auto sequence) {
      add_taps<V>(count, x.from_channel(c), steps + tap, weights + c,
                  (tap == 0 ? bias : sums).from_channel(c), y.from_channel(c), sequence);
    });
  });
}

/// Adds the products of `count` pixels of x and y to the sums of all taps.
template <class T>
[[gnu::always_inline]] inline void correlate_rows(std::int64_t channels, std::int64_t count,
                                                  PixelRow<const T> x, const Step* steps, std::int64_t taps,
                                                  PixelRow<const T> y, T* sums) {
  for_channels<T>(channels, [&]<class V>(std::int64_t c) {
    for_taps(taps, [&](std::int64_t tap, auto sequence) {
      add_to_weights<V>(count, x.from_channel(c), steps + tap, y.from_channel(c), sums + c, sequence);
    });
  });
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
        const auto result = [&](std::int64_t h) {
          return image + (pass.origin.h + h * pass.step.h) * c.y.row + pass.origin.w * c.y.column;
        };
        const std::int64_t down = pass.stride.h * pixels.row,
                           length = seen(pass, corner, first, last).width * pixels.column;
        fetch(pixels.data, pixels.row, corner.height, length);
        for (std::int64_t h = first; h < last; ++h) {
          const T* const from = pixels.data + (h - first) * down;
          if (h + 1 < last) {  // what the next row reads besides, and writes
            fetch(from + corner.height * pixels.row, pixels.row, pass.stride.h, length);
            fetch(result(h + 1), 0, 1, pass.count.w * pass.step.w * c.y.column);
          }
          correlate_row<T>(c.groups, pass.count.w, {from, pass.stride.w * pixels.column}, steps, taps,
                           weights, {result(h), pass.step.w * c.y.column});
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
    std::vector<Step> steps;
    for (std::int64_t n = begin; n < end; ++n) {
      const Pixels<T> a = images.read(n, padded), b = results.read(n, {0, 0, c.output.h, c.output.w});
      T* sum = partial.data() + begin / chunk * positions * channels;
      steps.clear();
      for (std::int64_t u = 0; u < c.kernel.h; ++u)
        for (std::int64_t v = 0; v < c.kernel.w; ++v)
          steps.push_back({u * c.dilation.h * a.row + v * c.dilation.w * a.column,
                           static_cast<std::int64_t>(steps.size()) * channels});
      vectorized([=, &c, steps = steps.data()] {
        for (std::int64_t i = 0; i < c.output.h; ++i)
          correlate_rows<T>(channels, c.output.w, {a.data + i * c.stride.h * a.row, c.stride.w * a.column},
                            steps, positions, {b.data + i * b.row, b.column}, sum);
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
