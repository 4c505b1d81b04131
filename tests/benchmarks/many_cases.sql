-- The rows of history.py, drawn by the server itself: lesionwise.n_cases of them, a case a minute.
-- What belongs together is made together here, so that foreign keys need not be looked up.
SET LOCAL session_replication_role = replica;
SELECT setseed(0.4);
CREATE TEMPORARY TABLE drawn ON COMMIT DROP AS
SELECT n, 1 + n % greatest(n_cases / 5, 1) AS patient, timestamp '2024-01-01' + n * interval '1 minute' AS at,
       random() AS probability, random() < 0.2 AS is_malignant, random() < 0.02 AS is_overridden,
       (ARRAY['', 'itches', 'has grown since the summer', 'asymmetric, two colours', 'bled once after a scratch',
              'no change'])[1 + floor(random() * 6)::int] AS notes,
       (ARRAY['', '', '', '', '|hair|', '|ink|', '|hair|ink|'])[1 + floor(random() * 7)::int] AS flags,
       (ARRAY['refer', 'indeterminate', 'no_concern'])[1 + floor(random() * 3)::int] AS assessment,
       (string_to_array(current_setting('lesionwise.sites'), ','))[1 + floor(random() * n_sites)::int] AS site,
       (ARRAY['female', 'male'])[1 + n % 2] AS sex, 18 + floor(random() * 68)::int AS age
FROM (SELECT current_setting('lesionwise.n_cases')::int AS n_cases,
             cardinality(string_to_array(current_setting('lesionwise.sites'), ',')) AS n_sites) AS size,
     generate_series(1, n_cases) AS n;

INSERT INTO patients (id, pseudonym)
SELECT DISTINCT patient, 'P-' || lpad(patient::text, greatest(5, length(patient::text)), '0') FROM drawn;
INSERT INTO lesions (id, patient_id, label) SELECT id, id, 'L' || id % 9 FROM patients;
INSERT INTO images (id, upload_sha256, blob_sha256, format, orientation, width_px, height_px, created_at)
SELECT n, lpad(n::text, 64, '0'), lpad(n::text, 64, '0'), 'JPEG', 1, 600, 450, at FROM drawn;
INSERT INTO predictions (id, image_id, model_name, model_version, weights_sha256, card_sha256, architecture,
                         raw_probability, malignant_probability, band, operating_threshold, no_concern_threshold,
                         app_version, predicted_at)
SELECT n, n, 'lesion-net', '2024.' || 1 + n % 3, repeat('w', 64), repeat('c', 64), 'resnet18', probability, probability,
       CASE WHEN probability > 0.4 THEN 'refer' WHEN probability > 0.1 THEN 'indeterminate' ELSE 'no_concern' END,
       0.4, 0.1, '0.1.0', at
FROM drawn;
INSERT INTO cases (id, submission_id, filename, patient_id, lesion_id, anatom_site, age_years, sex, notes, reader,
                   image_id, prediction_id, app_version, created_at)
SELECT n, 'generated-' || n, 'IMG_' || lpad(n::text, 7, '0') || '.jpg', patient, patient, site, age, sex, notes,
       'dr ' || chr(97 + n % 6), n, n, '0.1.0', at
FROM drawn;
INSERT INTO reviews (case_id, assessment, note, reviewer, reviewed_at)
SELECT n, assessment, 'seen', 'dr a', at FROM drawn WHERE n % 4 = 1;
INSERT INTO confirmed_diagnoses (case_id, diagnosis, is_malignant, confirm_type, note, recorded_by, recorded_at)
SELECT n, CASE WHEN is_malignant THEN 'melanoma' ELSE 'nevus' END, is_malignant, 'histopathology',
       CASE WHEN is_malignant THEN 'Breslow 0.4 mm' ELSE '' END, 'dr b', at
FROM drawn WHERE n % 10 = 1;
INSERT INTO case_checks (case_id, is_accepted, is_in_scope, override_reason, flags, concerns, details)
SELECT n, NOT is_overridden, true, CASE WHEN is_overridden THEN 'the only picture' ELSE '' END, flags, '', '{}'
FROM drawn;
INSERT INTO case_words (case_id, words)
SELECT cases.id,
       lower(concat_ws(E'\n', 'case ' || cases.id, cases.filename, nullif(cases.notes, ''), cases.reader,
                       cases.anatom_site, cases.sex, patients.pseudonym, lesions.label, predictions.model_name,
                       predictions.model_version, replace(predictions.band, '_', ' '),
                       replace(reviews.assessment, '_', ' '), reviews.note, reviews.reviewer,
                       confirmed_diagnoses.diagnosis, confirmed_diagnoses.confirm_type,
                       nullif(confirmed_diagnoses.note, ''), confirmed_diagnoses.recorded_by))
FROM cases
JOIN predictions ON predictions.id = cases.prediction_id
JOIN patients ON patients.id = cases.patient_id
JOIN lesions ON lesions.id = cases.lesion_id
LEFT JOIN reviews ON reviews.case_id = cases.id
LEFT JOIN confirmed_diagnoses ON confirmed_diagnoses.case_id = cases.id;
