#!/bin/sh
# Takes out of site-packages ($1) what no server imports: the packages' own tests, what type checkers, compilers and
# debuggers read, numpy's way to Fortran, boto3's resources and its descriptions of services that the server never calls,
# the texts of MLflow's assistant, which is off, Databricks' SDK, whose package `databricks` MLflow wants and which no
# import finds whole without google-auth, and the lists of files, which are wrong then. Compresses the web page's scripts
# and styles.
set -eu
cd "$1"
find . -type d -name tests -prune -exec rm -rf {} +
find . -type f \( -name '*.pyi' -o -name '*.pxd' -o -name '*.pyx' -o -name '*.h' -o -name '*.c' -o -name '*.a' \) -delete
find . -type f -path '*.dist-info/RECORD' -delete
find . -type f -name '*.so' -not -path '*.libs/*' -exec strip --strip-unneeded {} +
rm -rf numpy/f2py boto3/data boto3/examples mlflow/assistant/skills databricks/sdk
find botocore/data -mindepth 1 -maxdepth 1 -type d ! -name s3 ! -name sts ! -name secretsmanager -exec rm -rf {} +
# tracking_server/compressed.py sends these to browsers, and unpacks them for who does not take gzip.
find mlflow/server/js/build -type f \( -name '*.js' -o -name '*.mjs' -o -name '*.css' \) -size +1k -exec gzip -9 --no-name {} +
