#include <gradus/data/tensor_file.hpp>

#include <array>
#include <fstream>

#include <gradus/data/npy.hpp>
#include <gradus/data/pth.hpp>
#include <gradus/data/safetensors.hpp>
#include <gradus/data/source.hpp>
#include <gradus/data/zip.hpp>

namespace gradus::data {

namespace {

bool begins_like_zip(const std::filesystem::path& file) {
  std::array<char, 2> first{};
  std::ifstream(file, std::ios::binary).read(first.data(), first.size());
  return first == std::array{'P', 'K'};
}

}  // namespace

void save_tensors(const std::filesystem::path& file, const TensorFile& content, SourceLocation at) {
  const std::string extension = file.extension().string();
  if (extension == ".safetensors") return write_safetensors(file, content, at);
  if (extension == ".pth" || extension == ".pt") return write_pth(file, content.tensors, at);
  const OpScope scope("save_tensors", at);
  require(extension == ".npz", "{} has none of the extensions .safetensors, .pth, .pt, .npz", file.string());
  write_npz(file, content.tensors, {}, at);
}

TensorFile load_tensors(const std::filesystem::path& file) {
  if (!begins_like_zip(file)) return read_safetensors(file);
  const Source source = Source::map("load_tensors", file);
  const ZipReader zip(source);
  for (const std::string& name : zip.names())
    if (name.ends_with("data.pkl")) return {read_pth(file)};
  return {read_npz(file)};
}

}  // namespace gradus::data
