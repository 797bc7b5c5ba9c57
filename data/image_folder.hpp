#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <gradus/autograd/pair.hpp>
#include <gradus/data/png.hpp>

namespace gradus::data {

struct ImageFolderOptions {
  Channels channels = Channels::rgb;
  /// What every picture is brought to, bilinearly; left out, they keep their sizes and must all have one to
  /// be stacked to a batch.
  OptionalPair size = {};
};

/// Pictures sorted into folders by class: cats/1.png, dogs/2.jpg. Read when they are asked for.
class ImageFolder {
 public:
  struct Example {
    Tensor image;  ///< float32 [channels, height, width], 0 to 1
    std::int64_t label;
  };

  std::int64_t size() const { return static_cast<std::int64_t>(files_.size()); }
  /// Throws IndexError, and IoError for a picture that cannot be read.
  Example get(std::int64_t i) const;

  /// The folders' names in alphabetical order; a label is a place in it.
  const std::vector<std::string>& classes() const { return classes_; }
  const std::filesystem::path& file(std::int64_t i) const;

 private:
  friend ImageFolder image_folder(const std::filesystem::path&, const ImageFolderOptions&);
  struct File {
    std::filesystem::path path;
    std::int64_t label;
  };

  std::vector<std::string> classes_;
  std::vector<File> files_;
  ImageFolderOptions options_;
};

/// Lists the .png, .jpg and .jpeg files (also in capitals) of each folder in `folder`, class by class in
/// order of name; folders within those are looked through too, what is hidden is passed over. Throws IoError
/// when there is no such folder, it has no folders, or one of those no pictures.
ImageFolder image_folder(const std::filesystem::path& folder, const ImageFolderOptions& options = {});

}  // namespace gradus::data
