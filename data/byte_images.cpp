#include <gradus/data/byte_images.hpp>

#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/data/dataset.hpp>

namespace gradus::data {

ByteImagesBatch batch_of(const Tensor& pixels, const Tensor& labels, std::span<const std::int64_t> indices,
                         std::span<const float> scale, std::span<const float> shift) {
  for (const std::int64_t i : indices) check_index(i, labels.size(0));
  const auto n = static_cast<std::int64_t>(indices.size()),
             channels = static_cast<std::int64_t>(scale.size());
  const std::int64_t height = pixels.size(-2), width = pixels.size(-1), plane = height * width;
  ByteImagesBatch batch{empty({n, channels, height, width}, float32), empty({n}, int64)};
  const std::uint8_t* bytes = pixels.data<std::uint8_t>();
  const std::int64_t* classes = labels.data<std::int64_t>();
  float* images = batch.images.mutable_data<float>();
  std::int64_t* label = batch.labels.mutable_data<std::int64_t>();
  kernels::parallel_for(n, kernels::chunk_for(channels * plane), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t k = begin; k < end; ++k) {
      const std::int64_t i = indices[static_cast<std::size_t>(k)];
      label[k] = classes[i];
      for (std::int64_t c = 0; c < channels; ++c) {
        const std::uint8_t* from = bytes + (i * channels + c) * plane;
        float* to = images + (k * channels + c) * plane;
        const float factor = scale[static_cast<std::size_t>(c)], offset = shift[static_cast<std::size_t>(c)];
        for (std::int64_t p = 0; p < plane; ++p) to[p] = static_cast<float>(from[p]) * factor + offset;
      }
    }
  });
  return batch;
}

}  // namespace gradus::data
