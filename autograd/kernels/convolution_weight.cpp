#include <algorithm>
#include <cstring>

#include <gradus/autograd/kernels/convolution.hpp>
#include <gradus/autograd/kernels/depthwise.hpp>
#include <gradus/autograd/kernels/gemm_tile.hpp>
#include <gradus/autograd/kernels/memory.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/kernels/pixels.hpp>
#include <gradus/autograd/kernels/transpose.hpp>
#include <gradus/autograd/kernels/winograd.hpp>

namespace gradus::kernels {

namespace {

constexpr std::int64_t few_channels = 16;     // below, patches fill a product better than channels do
constexpr std::int64_t out_block = 64;        // channels of y in one product
constexpr std::int64_t combined_at_once = 8;  // channels of x, for whole cache lines of w
constexpr std::int64_t depth_at_once = 192;   // result places that one visit of a sum adds up

/// Result places begin to end along an axis.
struct Seen {
  std::int64_t begin, end;
};

/// Those along an axis of `places` that see a pixel, not padding, through position u of the kernel.
Seen seen(std::int64_t u, std::int64_t places, std::int64_t pixels, std::int64_t stride, std::int64_t padding,
          std::int64_t dilation) {
  const std::int64_t first = u * dilation - padding;  // pixel that place 0 sees
  const std::int64_t begin = first >= 0 ? 0 : std::min(places, chunk_count(-first, stride));
  return {begin, std::clamp(first >= pixels ? 0 : chunk_count(pixels - first, stride), begin, places)};
}
Seen rows_seen(const Convolution& c, std::int64_t u) {
  return seen(u, c.output.h, c.input.h, c.stride.h, c.padding.h, c.dilation.h);
}
Seen columns_seen(const Convolution& c, std::int64_t v) {
  return seen(v, c.output.w, c.input.w, c.stride.w, c.padding.w, c.dilation.w);
}

/// What all places of an image see, for few channels: [channel, position][place], and `ones` rows of ones,
/// one for a bias.
template <class T>
class Patches {
 public:
  Patches(const Convolution& c, std::int64_t channels, std::int64_t ones)
      : c_(c),
        gathered_(channels * c.positions()),
        rows_(gathered_ + ones),
        places_(c.output.h * c.output.w) {}

  std::int64_t rows() const { return rows_; }
  std::int64_t elements() const { return rows_ * places_; }

  /// Readies `to` for `load`.
  void clear(T* to) const {
    std::fill_n(to, elements(), T(0));
    std::fill(to + gathered_ * places_, to + elements(), T(1));
  }
  /// Fills `to` with channels from `from` on; its padding and its ones stay as they are.
  void load(const T* from, const Planes<const T>& x, T* to) const {
    for (std::int64_t r = 0; r < gathered_; ++r)
      load_position(from + r / c_.positions() * x.channel, x, r % c_.positions(), to + r * places_);
  }

 private:
  void load_position(const T* from, const Planes<const T>& x, std::int64_t position, T* to) const {
    const std::int64_t u = position / c_.kernel.w, v = position % c_.kernel.w, step = c_.stride.w * x.column;
    const Seen rows = rows_seen(c_, u), columns = columns_seen(c_, v);
    from += (u * c_.dilation.h - c_.padding.h) * x.row + (v * c_.dilation.w - c_.padding.w) * x.column;
    for (std::int64_t i = rows.begin; i < rows.end; ++i) {
      const T* row = from + i * c_.stride.h * x.row;
      T* const place = to + i * c_.output.w;
      if (step == 1)
        std::copy(row + columns.begin, row + columns.end, place + columns.begin);
      else
        for (std::int64_t j = columns.begin; j < columns.end; ++j) place[j] = row[j * step];
    }
  }

  const Convolution& c_;
  std::int64_t gathered_, rows_;
  std::int64_t places_;
};

/// Images with the channels of a pixel side by side: where they are, or copies.
template <class T>
class Images {
 public:
  /// For `most` images together.
  Images(const Planes<const T>& x, std::int64_t channels, const Pair& size, std::int64_t most)
      : x_(x),
        channels_(channels),
        size_(size),
        in_place_(readable(x, channels, size, whole())),
        copies_(in_place_ ? 0 : most * size.h * size.w * channels) {}

  /// `count` images from `first` on, their channels from `channel` on.
  Pixels<T> operator()(std::int64_t first, std::int64_t count, std::int64_t channel) const {
    if (in_place_) return {x_.at(first, channel), x_.image, x_.row, x_.column};
    const Pixels<T> copies{copies_.data(), size_.h * size_.w * channels_, size_.w * channels_, channels_};
    for (std::int64_t k = 0; k < count; ++k)
      copy_pixels(x_.at(first + k, channel), x_, channels_, size_, whole(),
                  copies_.data() + k * copies.image);
    return copies;
  }

 private:
  Box whole() const { return {0, 0, size_.h, size_.w}; }

  Planes<const T> x_;
  std::int64_t channels_;
  Pair size_;
  bool in_place_;
  Scratch<T> copies_;
};

/// Partial sums over chunks of images, [chunk][group][channel block][row][out], where the rows of a block are
/// [position, channel], or [channel, position] of patches and perhaps a bias.
template <class T>
class Run {
 public:
  Run(const Convolution& c, const Planes<const T>& x, const Planes<const T>& y, std::int64_t ones)
      : c_(c),
        x_(x),
        y_(y),
        ones_(ones),
        rows_(c.in * c.positions() + ones),
        block_(std::min<std::int64_t>(c.in, c.in < few_channels ? c.in : 32)),
        blocks_(chunk_count(c.in, block_)),
        weights_(c.groups * rows_ * c.out),
        images_(images_per_chunk()),
        chunks_(chunk_count(c.images, images_)),
        partial_(chunks_ * weights_) {}

  void operator()(T* w, T* bias) {
    const std::int64_t tasks = chunks_ * c_.groups * blocks_;
    parallel_for(tasks, chunk_for(c_.cost() * images_ / (c_.groups * blocks_)),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t i = begin; i < end; ++i)
                     accumulate(i / (c_.groups * blocks_), i / blocks_ % c_.groups, i % blocks_);
                 });
    combine(w);
    for (std::int64_t g = 0; bias != nullptr && g < c_.groups; ++g)
      add_partial_sums(chunks_, partial(0, g, 0) + (rows_ - 1) * c_.out, weights_, c_.out, bias + g * c_.out);
  }

 private:
  std::int64_t images_per_chunk() const {
    const std::int64_t bytes = weights_ * static_cast<std::int64_t>(sizeof(T));
    const std::int64_t wanted = chunk_count(c_.images, most_partial_sums(bytes));
    return std::max(wanted, chunk_for(c_.cost()));
  }

  T* partial(std::int64_t chunk, std::int64_t group, std::int64_t block) const {
    return partial_.data() + chunk * weights_ + (group * rows_ + block * block_ * c_.positions()) * c_.out;
  }

  void accumulate(std::int64_t chunk, std::int64_t group, std::int64_t block) const {
    const std::int64_t channel = block * block_, channels = std::min(block_, c_.in - channel);
    T* const to = partial(chunk, group, block);
    std::fill_n(to, (channels * c_.positions() + ones_) * c_.out, T(0));
    const std::int64_t first = chunk * images_, last = std::min(c_.images, first + images_);
    const std::int64_t at_once =
        std::clamp<std::int64_t>(depth_at_once / (c_.output.h * c_.output.w), 1, last - first);
    const Images<T> results(y_, c_.out, c_.output, at_once);
    const auto each = [&](const auto& f) {
      for (std::int64_t n = first; n < last; n += at_once) {
        const std::int64_t count = std::min(at_once, last - n);
        f(n, count, results(n, count, group * c_.out));
      }
    };
    if (c_.in >= few_channels) {
      const Images<T> images(x_, channels, c_.input, at_once);
      each([&](std::int64_t n, std::int64_t count, const Pixels<T>& y) {
        multiply(images(n, count, group * c_.in + channel), y, count, channels, to);
      });
      return;
    }
    const Patches<T> patches(c_, channels, ones_);
    const Scratch<T> left(patches.elements() * at_once);
    for (std::int64_t k = 0; k < at_once; ++k) patches.clear(left.data() + k * patches.elements());
    each([&](std::int64_t n, std::int64_t count, const Pixels<T>& y) {
      for (std::int64_t k = 0; k < count; ++k)
        patches.load(x_.at(n + k, group * c_.in + channel), x_, left.data() + k * patches.elements());
      multiply(patches, left.data(), y, count, to);
    });
  }

  /// to [row, out] += the sum over `count` images of patches times places.
  void multiply(const Patches<T>& patches, const T* left, const Pixels<T>& y, std::int64_t count,
                T* to) const {
    const bool joined = c_.output.h == 1 || y.row == c_.output.w * y.column;  // one long row
    const std::int64_t height = joined ? 1 : c_.output.h, width = c_.output.h * c_.output.w / height;
    add_products({patches.rows(), c_.out, width, c_.output.h * c_.output.w, y.column, c_.out}, left, y.data,
                 count * height, to, [&](std::int64_t i, TileTerms<T>& terms) {
                   terms.add(i / height * patches.elements() + i % height * width,
                             i / height * y.image + i % height * y.row);
                 });
  }

  /// to [position, channel, out] += the sum over `count` images of pixels times the places that see them. A
  /// few rows of places stay in cache for all positions.
  void multiply(const Pixels<T>& x, const Pixels<T>& y, std::int64_t count, std::int64_t channels,
                T* to) const {
    const std::int64_t at_once = std::max<std::int64_t>(depth_at_once / c_.output.w, 1);
    for (std::int64_t first = 0; first < c_.output.h; first += at_once)
      for (std::int64_t p = 0; p < c_.positions(); ++p)
        multiply(x, y, count, channels, p, {first, first + at_once}, to + p * channels * c_.out);
  }

  /// The same for one position and some rows of places.
  void multiply(const Pixels<T>& x, const Pixels<T>& y, std::int64_t count, std::int64_t channels,
                std::int64_t position, const Seen& some, T* to) const {
    const std::int64_t u = position / c_.kernel.w, v = position % c_.kernel.w, step = c_.stride.w * x.column;
    const Seen columns = columns_seen(c_, v), all = rows_seen(c_, u);
    const Seen rows{std::max(all.begin, some.begin), std::min(all.end, some.end)};
    if (rows.begin >= rows.end || columns.begin == columns.end) return;
    const std::int64_t down = rows.end - rows.begin, across = columns.end - columns.begin;
    const std::int64_t row = c_.stride.h * x.row;
    // Rows of places and of pixels without gaps are one long row.
    const bool joined = y.row == across * y.column && row == across * step;
    const std::int64_t height = joined ? 1 : down;
    const T* left = x.data + (u * c_.dilation.h - c_.padding.h) * x.row + rows.begin * row +
                    (v * c_.dilation.w - c_.padding.w) * x.column + columns.begin * step;
    add_products({channels, c_.out, down * across / height, step, y.column, c_.out, true}, left,
                 y.data + rows.begin * y.row + columns.begin * y.column, count * height, to,
                 [&](std::int64_t i, TileTerms<T>& terms) {
                   terms.add(i / height * x.image + i % height * row,
                             i / height * y.image + i % height * y.row);
                 });
  }

  /// to += the sum over `rows` of places of the products that `add` gives the places of, for all of `shape`'s
  /// columns.
  template <class Add>
  static void add_products(TileShape shape, const T* left, const T* right, std::int64_t rows, T* to,
                           const Add& add) {
    const std::int64_t at_once = std::max<std::int64_t>(depth_at_once / shape.k, 1), width = shape.n;
    TileTerms<T> terms;
    for (std::int64_t first = 0; first < rows; first += at_once) {
      terms.clear();
      for (std::int64_t i = first; i < std::min(rows, first + at_once); ++i) add(i, terms);
      for (std::int64_t o = 0; o < width; o += out_block) {
        shape.n = std::min(out_block, width - o);
        Tile<T>(shape, true, Terms::many)(left, right + o, to + o, terms);
      }
    }
  }

  /// w[group, out, in, position] = the partial sums, added in order.
  void combine(T* w) const {
    const std::int64_t positions = c_.positions(), pieces = chunk_count(c_.in, combined_at_once);
    parallel_for(c_.groups * pieces, chunk_for(combined_at_once * chunks_ * positions * c_.out / 4),
                 [&](std::int64_t begin, std::int64_t end) {
                   const Scratch<T> sums(combined_at_once * positions * c_.out);  // [in][position][out]
                   for (std::int64_t i = begin; i < end; ++i) {
                     const std::int64_t group = i / pieces, first = i % pieces * combined_at_once;
                     const std::int64_t rows = std::min(combined_at_once, c_.in - first) * positions;
                     for (std::int64_t r = 0; r < rows; ++r)
                       add_up(group, first + r / positions, r % positions, sums.data() + r * c_.out);
                     transpose(sums.data(), c_.out, rows, c_.out,
                               w + (group * c_.out * c_.in + first) * positions, c_.in * positions);
                   }
                 });
  }

  /// sum [out] of one position of a channel of x.
  void add_up(std::int64_t group, std::int64_t channel, std::int64_t position, T* sum) const {
    const std::int64_t block = channel / block_, channels = std::min(block_, c_.in - block * block_);
    const std::int64_t row = c_.in < few_channels ? channel % block_ * c_.positions() + position
                                                  : position * channels + channel % block_;
    add_partial_sums(chunks_, partial(0, group, block) + row * c_.out, weights_, c_.out, sum);
  }

  const Convolution& c_;
  Planes<const T> x_, y_;
  std::int64_t ones_, rows_;     // of a group
  std::int64_t block_, blocks_;  // of channels of x
  std::int64_t weights_;
  std::int64_t images_, chunks_;
  Scratch<T> partial_;
};

}  // namespace

bool gives_bias(const Convolution& c) {
  return c.images > 0 && c.in > 0 && c.in < few_channels && c.output.h > 0 && c.output.w > 0 &&
         !c.depthwise() && !winograd_to_weight_pays(c);
}

template <class T>
void convolve_to_weight(const Convolution& c, const Planes<const T>& x, const Planes<const T>& y, T* w,
                        T* bias) {
  const std::int64_t count = c.groups * c.in * c.out * c.positions();
  if (count == 0) return;
  if (c.images == 0 || c.output.h == 0 || c.output.w == 0) {
    std::fill_n(w, count, T(0));
  } else if (c.depthwise()) {
    depthwise_to_weight(c, x, y, w);
  } else if (!winograd_to_weight(c, x, y, w)) {
    Run<T>(c, x, y, bias != nullptr ? 1 : 0)(w, bias);
  }
}

template void convolve_to_weight(const Convolution&, const Planes<const float>&, const Planes<const float>&,
                                 float*, float*);
template void convolve_to_weight(const Convolution&, const Planes<const double>&, const Planes<const double>&,
                                 double*, double*);

}  // namespace gradus::kernels
