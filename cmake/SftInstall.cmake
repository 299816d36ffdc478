# Installed package: find_package(sft) and pkg-config.
