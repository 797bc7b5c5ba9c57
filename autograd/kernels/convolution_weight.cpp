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

/// The images' channels as rows, as the left factor of a product over places needs them.
///
/// With many channels a row holds the padded plane of one channel, its columns sorted by their phase of the
/// stride, so that every position of the kernel sees each row of places as a run of the plane. With few
/// channels there is a row for each channel and position, which holds what all places see, and `ones` rows of
/// ones: one for a bias.
template <class T>
class Rows {
 public:
  Rows(const Convolution& c, std::int64_t channels, std::int64_t ones)
      : c_(c),
        patches_(c.in < few_channels),
        height_((c.output.h - 1) * c.stride.h + (c.kernel.h - 1) * c.dilation.h + 1),
        phase_(chunk_count((c.output.w - 1) * c.stride.w + (c.kernel.w - 1) * c.dilation.w + 1, c.stride.w)),
        gathered_(channels * c.positions()),
        count_(patches_ ? gathered_ + ones : channels),
        length_(patches_ ? c.output.h * c.output.w : height_ * phase_ * c.stride.w) {}

  bool patches() const { return patches_; }
  std::int64_t count() const { return count_; }
  std::int64_t length() const { return length_; }
  std::int64_t elements() const { return count_ * length_; }

  /// Readies `to` [count, length] for `load`.
  void clear(T* to) const {
    std::fill_n(to, elements(), T(0));
    if (patches_) std::fill(to + gathered_ * length_, to + elements(), T(1));
  }
  /// Fills `to` with channels from `from` on; its padding and its ones stay as they are.
  void load(const T* from, const Planes<const T>& x, T* to) const {
    if (patches_)
      for (std::int64_t r = 0; r < gathered_; ++r)
        load_patch(from + r / c_.positions() * x.channel, x, r % c_.positions() / c_.kernel.w,
                   r % c_.kernel.w, to + r * length_);
    else
      for (std::int64_t h = 0; h < std::min(c_.input.h, height_ - c_.padding.h); ++h)
        load_row(from + h * x.row, x, to + (h + c_.padding.h) * phase_ * c_.stride.w);
  }

  /// Where row i of the places begins in a row, as position (u, v) sees it.
  std::int64_t offset(std::int64_t u, std::int64_t v, std::int64_t i) const {
    if (patches_) return i * c_.output.w;
    const std::int64_t column = v * c_.dilation.w;
    return ((i * c_.stride.h + u * c_.dilation.h) * c_.stride.w + column % c_.stride.w) * phase_ +
           column / c_.stride.w;
  }

 private:
  /// What position (u, v) of the kernel sees of a plane.
  void load_patch(const T* from, const Planes<const T>& x, std::int64_t u, std::int64_t v, T* to) const {
    const std::int64_t left = v * c_.dilation.w - c_.padding.w, step = c_.stride.w;
    const std::int64_t begin = left >= 0 ? 0 : std::min(c_.output.w, chunk_count(-left, step));
    const std::int64_t end =
        std::clamp(left >= c_.input.w ? 0 : chunk_count(c_.input.w - left, step), begin, c_.output.w);
    for (std::int64_t i = 0; i < c_.output.h; ++i, to += c_.output.w) {
      const std::int64_t h = i * c_.stride.h + u * c_.dilation.h - c_.padding.h;
      if (h < 0 || h >= c_.input.h) continue;
      const T* row = from + h * x.row + left * x.column;
      if (step * x.column == 1)
        std::copy(row + begin, row + end, to + begin);
      else
        for (std::int64_t j = begin; j < end; ++j) to[j] = row[j * step * x.column];
    }
  }

  /// One row of pixels, as a piece of each channel's plane.
  void load_row(const T* from, const Planes<const T>& x, T* to) const {
    const std::int64_t width = std::min(c_.input.w, phase_ * c_.stride.w - c_.padding.w);
    const std::int64_t step = c_.stride.w * x.column;
    for (std::int64_t p = 0; p < c_.stride.w; ++p) {
      // Columns w with (w + padding) % stride == p.
      const std::int64_t first = (p - c_.padding.w % c_.stride.w + c_.stride.w) % c_.stride.w;
      const std::int64_t n = first < width ? chunk_count(width - first, c_.stride.w) : 0;
      const T* source = from + first * x.column;
      T* target = to + p * phase_ + (first + c_.padding.w) / c_.stride.w;
      if (x.channel == 1) {
        transpose(source, step, n, count_, target, length_);
      } else {
        for (std::int64_t c = 0; c < count_; ++c)
          for (std::int64_t j = 0; j < n; ++j) target[c * length_ + j] = source[c * x.channel + j * step];
      }
    }
  }

  const Convolution& c_;
  bool patches_;
  std::int64_t height_, phase_;
  std::int64_t gathered_;  // of the rows, if patches
  std::int64_t count_, length_;
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
    const Rows<T> rows(c_, channels, ones_);
    std::fill_n(partial(chunk, group, block), (channels * c_.positions() + ones_) * c_.out, T(0));
    const std::int64_t first = chunk * images_, last = std::min(c_.images, first + images_);
    const std::int64_t places = c_.output.h * c_.output.w;
    const std::int64_t at_once = std::clamp<std::int64_t>(depth_at_once / places, 1, last - first);
    const Box whole{0, 0, c_.output.h, c_.output.w};
    const bool in_place = readable(y_, c_.out, c_.output, whole);
    const Scratch<T> left(rows.elements() * at_once), right(in_place ? 0 : places * c_.out * at_once);
    for (std::int64_t k = 0; k < at_once; ++k) rows.clear(left.data() + k * rows.elements());
    for (std::int64_t n = first; n < last; n += at_once) {
      const std::int64_t count = std::min(at_once, last - n);
      for (std::int64_t k = 0; k < count; ++k)
        rows.load(x_.at(n + k, group * c_.in + channel), x_, left.data() + k * rows.elements());
      Pixels<T> results{y_.at(n, group * c_.out), y_.image, y_.row, y_.column};
      if (!in_place) {
        results = {right.data(), places * c_.out, c_.output.w * c_.out, c_.out};
        for (std::int64_t k = 0; k < count; ++k)
          copy_pixels(y_.at(n + k, group * c_.out), y_, c_.out, c_.output, whole,
                      right.data() + k * results.image);
      }
      multiply(rows, left.data(), count, channels, results, partial(chunk, group, block));
    }
  }

  /// Whether row i of the places sees a row of the image, not padding, at row u of the kernel.
  bool sees_image(std::int64_t u, std::int64_t i) const {
    const std::int64_t h = i * c_.stride.h + u * c_.dilation.h - c_.padding.h;
    return h >= 0 && h < c_.input.h;
  }

  /// to += the sum over `count` images of rows times places.
  void multiply(const Rows<T>& rows, const T* left, std::int64_t count, std::int64_t channels,
                const Pixels<T>& right, T* to) const {
    // Places without gaps are one long row.
    const bool joined = rows.patches() && (c_.output.h == 1 || right.row == c_.output.w * right.column);
    const std::int64_t height = joined ? 1 : c_.output.h;
    const std::int64_t width = joined ? c_.output.h * c_.output.w : c_.output.w;
    const std::int64_t products = rows.patches() ? 1 : c_.positions();
    const std::int64_t m = rows.patches() ? rows.count() : channels;
    const std::int64_t at_once = std::max<std::int64_t>(depth_at_once / width, 1);
    TileTerms<T> terms;
    for (std::int64_t first = 0; first < count * height; first += at_once)
      for (std::int64_t p = 0; p < products; ++p) {
        terms.clear();
        const std::int64_t u = p / c_.kernel.w;
        for (std::int64_t i = first; i < std::min(count * height, first + at_once); ++i)
          if (rows.patches() || sees_image(u, i % height))
            terms.add(
                i / height * rows.elements() + rows.offset(p / c_.kernel.w, p % c_.kernel.w, i % height),
                i / height * right.image + i % height * right.row);
        if (terms.size() == 0) continue;
        for (std::int64_t o = 0; o < c_.out; o += out_block) {
          const Tile<T> tile({m, std::min(out_block, c_.out - o), width, rows.length(), right.column, c_.out},
                             true, Terms::many);
          tile(left, right.data + o, to + p * channels * c_.out + o, terms);
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
