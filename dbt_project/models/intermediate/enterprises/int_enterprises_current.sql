{{ config(materialized='view') }}

-- A view: the rows stand in staging already, and writing them costs more than choosing them for each reader.
with enterprises as (
    select * from {{ ref('stg_enterprises') }}
),

submissions as (
    select * from {{ ref('int_submissions_current') }}
),

final as (
    select enterprises.*
    from enterprises
    inner join submissions on enterprises.submission_id = submissions.submission_id
)

select * from final
